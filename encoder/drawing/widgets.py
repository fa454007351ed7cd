"""Draws the widgets of the overlay: badge, chat, caption, alert and avatar.

The lengths are those of the overlay's style sheets, in em of the widget; a test compares both pictures. What
moves there without the voice stands still here, as it does for viewers who asked for less motion.
"""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageFilter

from encoder.drawing import svg, tokens
from encoder.drawing.fonts import Face, readable
from encoder.drawing.pieces import Card, DrawnPiece, PanelStyle, filled, glow, ring, rounded
from encoder.drawing.scene import MOUTHS, Alert, ChatLine, Look, Place
from encoder.drawing.svg import Color
from encoder.drawing.text import balance, clamp, shorten, wrap

LINE = 1.25
CAPTION_LINE = 1.14
LONG, VERY_LONG = 70, 140
MOST_CAPTION, MOST_NAME = 600, 80  # characters; longer texts are cut before they are measured
CAPTION_SIZES = {"tall": (4.2, 3.5, 2.9), "wide": (3.8, 3.2, 2.9)}
FITS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
MOST_LINES = 8
CHAT_LINES = 3
BARS, BAR_HEIGHT = 5, 0.5
ACCENTED = ("gift", "subscribe")
GLOW_OPACITY = 0.75
AVATAR_SHADOW = 0.35


@dataclass(frozen=True, slots=True)
class Spot:
    """A widget's box in pixels, and its em."""

    x: float
    y: float
    w: float
    h: float
    em: float
    rem: float
    opacity: float
    is_wide: bool
    is_left: bool  # beside a face that speaks

    def style(self, look: Look, radius: float, opacity: float | None = None) -> PanelStyle:
        """Return how a panel of this widget looks; the radius is in pixels."""
        part = self.opacity if opacity is None else opacity
        rem = self.rem
        return PanelStyle(look.panel, look.text, part, radius, 0.1 * rem, 0.3 * rem, 1.4 * rem)


def spot_of(place: Place, width: int, height: int, *, has_face: bool) -> Spot:
    """Return a place in a picture of this size."""
    rem = min(0.016667 * width, 0.016 * height)
    is_wide = width >= height
    box = place.x * width, place.y * height, place.w * width, place.h * height
    return Spot(*box, rem * place.size, rem, place.opacity, is_wide, has_face or not is_wide)


def _baseline(top: float, line: float, face: Face) -> float:
    """Return where the letters stand in a line of this height."""
    return top + (line - face.ascent - face.descent) / 2 + face.ascent


def draw_badge(spot: Spot, look: Look, text: str) -> DrawnPiece:
    """Draw who speaks: the mark, the light of a live, the words."""
    em = 1.9 * spot.em
    face = Face(look.family, em, 650, -0.01)
    text = readable(text, MOST_NAME)
    edge = 0.1 * spot.rem
    height = 2 * 0.37 * em + 1.3 * em + 2 * edge
    width = (0.53 + 1.3 + 0.42 + 0.5 + 0.42 + 0.7) * em + face.length(text) + 2 * edge
    card = Card(width, height, spot.style(look, height))
    x = edge + 0.53 * em
    card.draw(x, edge + 0.37 * em, 1.3 * em, tokens.mark(look.accent))
    x += 1.72 * em
    side = round(0.5 * em)
    card.paint(x, (height - side) / 2, filled(look.coral, rounded(side, side, side)))
    card.write(x + 0.92 * em, _baseline((height - LINE * em) / 2, LINE * em, face), text, face, look.text)
    return card.at(spot.x, spot.y)


def draw_caption(spot: Spot, look: Look, text: str) -> DrawnPiece | None:
    """Draw what the host says, at the foot of its place."""
    text = readable(text, MOST_CAPTION)
    if not text:
        return None
    em, edge, bar = spot.em, 0.1 * spot.rem, 0.45 * spot.rem
    beside = (1.5 + 1.7 + 1.4 + 3.9) * em + edge + bar
    face, lines = _fit_caption(spot, look, text, spot.w - beside)
    line = CAPTION_LINE * face.size
    words = max(map(face.length, lines)) + 0.1 * spot.rem
    width = beside + words
    height = max(len(lines) * line, 4.6 * em) + 2.3 * em + 2 * edge
    card = Card(width, height, spot.style(look, 0.9 * spot.rem, max(spot.opacity, 0.7)))
    band = rounded(card.width, card.height, 0.9 * spot.rem).copy()
    band.paste(0, (round(bar), 0, band.width, band.height))
    card.paint(0, 0, filled(look.accent, band))
    middle = edge + 1.1 * em + (height - 2.3 * em - 2 * edge) / 2
    _draw_meter(card, bar + 1.5 * em, middle, em, look.accent)
    top = middle - len(lines) * line / 2
    for number, each in enumerate(lines):
        card.write(bar + 6.8 * em, _baseline(top + number * line, line, face), each, face, look.text)
    x = spot.x if spot.is_left else spot.x + (spot.w - width) / 2
    return card.at(x, spot.y + spot.h - height)


def _fit_caption(spot: Spot, look: Look, text: str, width: float) -> tuple[Face, list[str]]:
    """Return the largest face in which a sentence fits into its place, and its lines."""
    step = 2 if len(text) > VERY_LONG else 1 if len(text) > LONG else 0
    size = CAPTION_SIZES["wide" if spot.is_wide else "tall"][step] * spot.em
    for fit in FITS:
        face = Face(look.family, size * fit, 760, -0.018)
        lines = balance(text, face, width)
        if step == 2:
            lines = clamp(lines, MOST_LINES, face, width)
        if len(lines) * CAPTION_LINE * face.size + 2.3 * spot.em + 0.2 * spot.rem <= spot.h:
            break
    room = max(1, int((spot.h - 2.3 * spot.em) / (CAPTION_LINE * face.size)))
    return face, clamp(lines, room, face, width)


def _draw_meter(card: Card, x: float, middle: float, em: float, color: Color) -> None:
    width, height = round(0.5 * em), round(BAR_HEIGHT * 4.6 * em)
    bar = filled(color, rounded(width, height, width))
    for number in range(BARS):
        card.paint(x + number * 0.85 * em, middle - height / 2, bar)


def draw_chat(
    spot: Spot, look: Look, lines: tuple[ChatLine, ...], words: dict[str, str]
) -> DrawnPiece | None:
    """Draw the newest lines that fit as a whole, the newest at the foot."""
    em = 2.1 * spot.em
    cards: list[Card] = []
    height = 0.0
    for line in reversed(lines):
        card = _chat_card(spot, look, line, line.text or words.get(line.kind, ""))
        grown = height + card.height + (0.28 * em if cards else 0)
        if grown > spot.h:
            break
        cards.append(card)
        height = grown
    if not cards:
        return None
    whole = Image.new("RGBA", (max(card.width for card in cards), round(height)))
    bottom = height
    for card in cards:
        whole.alpha_composite(card.image, (0, round(bottom - card.height)))
        bottom -= card.height + 0.28 * em
    return DrawnPiece(whole, round(spot.x), round(spot.y + spot.h - height))


@lru_cache(maxsize=64)
def _chat_card(spot: Spot, look: Look, line: ChatLine, text: str) -> Card:
    em = 2.1 * spot.em
    is_accented = line.kind in ACCENTED
    color = look.accent_2 if is_accented else look.accent
    name_face = Face(look.family, em, 650)
    text_face = Face(look.family, em, 600 if is_accented else 480)
    left, icon = (0.7 if is_accented else 0.55) * em, 1.45 * em if line.kind in tokens.ICONS else 0.0
    width = spot.w - left - 0.55 * em
    name = shorten(readable(line.name, MOST_NAME), name_face, min(16 * em, width - icon))
    before = icon + name_face.length(name) + 0.2 * em + text_face.length(" ")
    broken = clamp(wrap(readable(text), text_face, width, width - before), CHAT_LINES, text_face, width)
    used = max(
        [before + text_face.length(broken[0])] + [text_face.length(each) for each in broken[1:]]
        if broken
        else [before]
    )
    rows = max(1, len(broken))
    style = PanelStyle(look.panel, look.text, spot.opacity, 0.6 * spot.rem, 0, 0, 0)
    card = Card(min(left + used + 0.55 * em, spot.w), rows * LINE * em + 0.56 * em, style)
    if is_accented:
        band = rounded(card.width, card.height, 0.6 * spot.rem).copy()
        band.paste(0, (round(0.2 * em), 0, band.width, band.height))
        card.paint(0, 0, filled(color, band))
    if icon:
        drawn = tokens.icon(line.kind, color if is_accented else look.text)
        card.draw(left, 0.26 * em + (LINE - 1.1) / 2 * em, 1.1 * em, drawn)
    card.write(left + icon, _baseline(0.26 * em, LINE * em, name_face), name, name_face, color)
    for row, each in enumerate(broken):
        x = left + (before if row == 0 else 0)
        card.write(
            x, _baseline(0.26 * em + row * LINE * em, LINE * em, text_face), each, text_face, look.text
        )
    return card


def draw_alert(spot: Spot, look: Look, alert: Alert, words: dict[str, str]) -> DrawnPiece:
    """Draw one card in the middle of its place."""
    em, edge = spot.em, 0.1 * spot.rem
    size = 2.2 * em
    name_face, text_face = Face(look.family, 1.12 * size, 740), Face(look.family, size, 400)
    room = spot.w - (1 + 2.2 + 1.2 + 4.2) * em - 2 * edge
    name = shorten(readable(alert.name, MOST_NAME), name_face, room)
    text = shorten(readable(alert.text or words.get(alert.kind, ""), MOST_NAME), text_face, room)
    name_line, text_line = 1.2 * name_face.size, 1.2 * size
    height = max(4.2 * em, name_line + text_line) + 1.8 * em + 2 * edge
    width = spot.w - room + max(name_face.length(name), text_face.length(text))
    card = Card(width, height, spot.style(look, height))
    card.paint(0, 0, filled(look.accent_2, ring(card.width, card.height, height, 0.15 * spot.rem), 0.55))
    side = round(4.2 * em)
    x, y = edge + em, (height - side) / 2
    card.paint(x, y, filled(look.accent_2, rounded(side, side, side)))
    drawn = tokens.icon(alert.kind if alert.kind in tokens.ICONS else "gift", look.panel, 2.2)
    card.draw(x + 0.9 * em, y + 0.9 * em, 2.4 * em, drawn)
    left, top = x + 5.4 * em, (height - name_line - text_line) / 2
    card.write(left, _baseline(top, name_line, name_face), name, name_face, look.accent_2)
    card.write(left, _baseline(top + name_line, text_line, text_face), text, text_face, look.text)
    # A card that is taller than its place reaches beyond its foot.
    return card.at(spot.x + (spot.w - width) / 2, spot.y + max(0.0, (spot.h - height) / 2))


@lru_cache(maxsize=64)
def draw_avatar(spot: Spot, look: Look, name: str, mouth: int, *, is_blinking: bool) -> DrawnPiece:
    """Draw the face, its feet on the ground; the light behind it grows with the voice."""
    opened = mouth / (MOUTHS - 1)
    width, height = round(spot.w), round(spot.h)
    lit = round(1.18 * 0.92 * max(width, height))
    margin = round(max(1.4 * spot.rem, (lit - min(width, height)) / 2 + 1))
    image = Image.new("RGBA", (width + 2 * margin, height + 2 * margin))
    if mouth:
        # The light is a part of its box, aligned as the face is, and grows around its middle.
        x, y = (image.width - lit) // 2, margin + height - round(0.46 * height) - lit // 2
        light = glow(lit, look.accent, GLOW_OPACITY * opened)
        image.alpha_composite(light.crop((0, 0, lit, min(lit, image.height - y))), (x, max(0, y)))
    face = Image.new("RGBA", image.size)
    face.paste(_face(name, width, height, mouth, is_blinking), (margin, margin))
    shadow = Image.new("L", image.size)
    shadow.paste(face.getchannel("A"), (0, round(0.4 * spot.rem)))
    blurred = shadow.filter(ImageFilter.GaussianBlur(0.5 * spot.rem))
    image.alpha_composite(filled((0, 0, 0), blurred, AVATAR_SHADOW))
    image.alpha_composite(face)
    return DrawnPiece(image, round(spot.x) - margin, round(spot.y) - margin)


@lru_cache(maxsize=32)
def _face(name: str, width: int, height: int, mouth: int, is_blinking: bool) -> Image.Image:
    opened = mouth / (MOUTHS - 1)
    drawing = tokens.avatar(name).scaled("mouth", 1 - 0.18 * opened, 0.12 + 0.88 * opened, origin=0.2)
    if is_blinking:
        drawing = drawing.scaled("eyes", 1, 0.08, origin=0.5)
    return svg.draw(drawing, width, height)
