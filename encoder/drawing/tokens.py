"""Reads the design tokens, fonts and drawings of the overlay from its own files: both ways out look alike."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from encoder.drawing.svg import Color, Drawing, read_drawing

ROOT = Path(__file__).resolve().parents[2]
OVERLAY = ROOT / "static/overlay"
SHEET = OVERLAY / "overlay.css"
THEME = OVERLAY / "themes/vivavoce.css"
PAGE = ROOT / "templates/overlay/page.html"
MARK = ROOT / "templates/_mark.html"
ICONS = ("gift", "follow", "share", "like", "join", "subscribe")
AVATARS = ("bubble", "robot", "cat", "presenter")
_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
_FACE = re.compile(r"@font-face\s*{(.*?)}", re.DOTALL)
_SYMBOL = re.compile(r'<symbol id="icon-(\w+)" (viewBox="[^"]+">.*?)</symbol>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class FontFile:
    """A file of a font, and the characters for which the overlay takes it."""

    path: Path
    ranges: tuple[range, ...]


@cache
def colors() -> dict[str, Color]:
    """Return the default theme's colours by the names of their tokens."""
    text = SHEET.read_text(encoding="utf-8") + THEME.read_text(encoding="utf-8")
    found: dict[str, Color] = {}
    for name, value in _TOKEN.findall(text):
        if re.fullmatch(r"\d+ \d+ \d+", value):
            red, green, blue = map(int, value.split())
            found[name] = red, green, blue
        elif re.fullmatch(r"#[0-9a-f]{6}", value):
            found[name] = color(value)
    return found


def color(text: str) -> Color:
    """Return the colour of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


@cache
def font_files() -> dict[str, tuple[FontFile, ...]]:
    """Return the files of each font family that the overlay has."""
    families: dict[str, list[FontFile]] = {}
    for face in _FACE.findall(SHEET.read_text(encoding="utf-8")):
        family = re.search(r'font-family: "([^"]+)"', face)
        source = re.search(r'url\("([^"]+)"\)', face)
        if family and source:
            ranges = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face)
            spans = tuple(range(int(first, 16), int(last or first, 16) + 1) for first, last in ranges)
            path = (OVERLAY / source[1]).resolve()
            families.setdefault(family[1], []).append(FontFile(path, spans))
    return {name: tuple(files) for name, files in families.items()}


@cache
def avatar(name: str) -> Drawing:
    """Return a shipped avatar."""
    return read_drawing((OVERLAY / f"widgets/avatars/{name}.svg").read_text(encoding="utf-8"))


@cache
def icon(name: str, stroke: Color, width: float = 2) -> Drawing:
    """Return the symbol of a kind of chat event; `width` is that of its lines."""
    symbols = dict(_SYMBOL.findall(PAGE.read_text(encoding="utf-8")))
    head = f'<svg fill="none" stroke="currentColor" stroke-width="{width}" '
    return read_drawing(f"{head}{symbols[name]}</svg>", stroke)


@cache
def mark(fill: Color) -> Drawing:
    """Return the mark of the badge."""
    return read_drawing(MARK.read_text(encoding="utf-8"), fill)
