"""What a picture shows: the look and the places of the widgets, and their content at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from encoder.drawing import tokens
from encoder.drawing.svg import Color

BADGE, CAPTIONS, CHAT, ALERTS, AVATAR = "label", "captions", "chat", "alerts", "avatar"
WIDGETS = (BADGE, CAPTIONS, CHAT, ALERTS, AVATAR)
FONTS = {"inter": "Inter", "grotesk": "Space Grotesk", "fraunces": "Fraunces", "nunito": "Nunito"}
MOUTHS = 5  # from closed to open


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and the font of all widgets."""

    accent: Color
    accent_2: Color
    text: Color
    panel: Color
    coral: Color
    family: str = "Inter"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a widget is, in fractions of the picture. `size` scales its text, `opacity` is its panel's."""

    x: float
    y: float
    w: float
    h: float
    size: float = 1.0
    opacity: float = 0.86
    order: int = 1


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The look, the widgets that are on, and the avatar's name."""

    look: Look
    places: Mapping[str, Place]
    avatar: str = tokens.AVATARS[0]


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of chat. `kind` is the kind of the event; name and text may hold anything."""

    id: str
    name: str
    text: str
    kind: str = "comment"


@dataclass(frozen=True, slots=True)
class Alert:
    """A card about a gift, a follow or a subscription."""

    name: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class PictureScene:
    """All that may change from picture to picture. `mouth` is from 0 (closed) to `MOUTHS` - 1."""

    badge: str
    lines: tuple[ChatLine, ...] = ()
    caption: str = ""
    alert: Alert | None = None
    mouth: int = 0
    is_blinking: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


def default_look() -> Look:
    """Return the default theme's look."""
    found = tokens.colors()
    return Look(found["accent"], found["accent-2"], found["text"], found["panel"], found["coral"])


# The overlay's own default for a vertical picture: clear of the platform's buttons and names.
TALL = {
    BADGE: Place(0.04, 0.125, 0.5, 0.045, order=9),
    CAPTIONS: Place(0.225, 0.475, 0.625, 0.132, order=4),
    CHAT: Place(0.04, 0.613, 0.6, 0.137, order=1),
    ALERTS: Place(0.04, 0.41, 0.81, 0.064, order=6),
    AVATAR: Place(0.04, 0.503, 0.18, 0.104, order=7),
}
WIDE = {
    BADGE: Place(0.03, 0.05, 0.27, 0.077, order=9),
    CAPTIONS: Place(0.46, 0.72, 0.34, 0.23, order=4),
    CHAT: Place(0.03, 0.5, 0.3, 0.45, order=1),
    ALERTS: Place(0.33, 0.05, 0.34, 0.11, order=6),
    AVATAR: Place(0.345, 0.75, 0.11, 0.2, order=7),
}


def default_arrangement(*, is_wide: bool = False) -> Arrangement:
    """Return the default theme in its default places."""
    return Arrangement(default_look(), WIDE if is_wide else TALL)


def read_layout(layout: Mapping[str, Any], theme: Mapping[str, str], *, is_wide: bool) -> Arrangement:
    """Return what a layout of the overlay says, as far as a picture shows it.

    `layout` has the shape that the overlay stores; `theme` holds its theme's colours as `#rrggbb` (accent,
    text, panel) and its `font`. The shapes of panels are always the default theme's, and an uploaded avatar
    becomes a shipped one.
    """
    base = default_look()
    own = layout["colors"]
    named = {name: tokens.color((own or theme)[name]) for name in ("accent", "text", "panel")}
    is_default = not own and named["accent"] == base.accent
    accent_2 = base.accent_2 if is_default else named["accent"]
    family = FONTS.get(layout["font"] or theme["font"], FONTS["inter"])
    look = Look(named["accent"], accent_2, named["text"], named["panel"], base.coral, family)
    boxes = layout["wide" if is_wide else "tall"]
    places = {name: _place(boxes[name]) for name in WIDGETS if boxes[name]["on"]}
    avatar = layout["avatar"]
    return Arrangement(look, places, avatar if avatar in tokens.AVATARS else tokens.AVATARS[0])


def _place(box: Mapping[str, Any]) -> Place:
    names = ("x", "y", "w", "h", "size", "opacity", "order")
    return Place(**{name: box[name] for name in names})
