"""The overlay's themes as data; their style sheets are in static/overlay/themes/."""

from dataclasses import dataclass
from typing import Final

MIN_TEXT_CONTRAST: Final = 4.5  # WCAG 2.2, 1.4.3: text
MIN_ACCENT_CONTRAST: Final = 3.0  # WCAG 2.2, 1.4.11: graphics


@dataclass(frozen=True, slots=True)
class Colors:
    """Three colours as `#rrggbb`: accent (names and bars), text, and the panel behind both."""

    accent: str
    text: str
    panel: str

    @property
    def unreadable(self) -> str:
        """The name of the colour with too little contrast to the panel; empty if there is none."""
        if contrast(self.text, self.panel) < MIN_TEXT_CONTRAST:
            return "text"
        return "accent" if contrast(self.accent, self.panel) < MIN_ACCENT_CONTRAST else ""


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme. `font` is a key of `FONTS`."""

    key: str
    name: str
    colors: Colors
    font: str


THEMES: Final = {
    theme.key: theme
    for theme in (
        Theme("vivavoce", "Vivavoce", Colors("#4fd8c7", "#f7f6f3", "#10131a"), "inter"),
        Theme("neon", "Neon", Colors("#ff4fd8", "#f4f0ff", "#0d0820"), "grotesk"),
        Theme("carta", "Carta", Colors("#a8321f", "#23201a", "#fbf6e9"), "fraunces"),
        Theme("minimal", "Minimal", Colors("#ffffff", "#ffffff", "#000000"), "inter"),
        Theme("salotto", "Salotto", Colors("#ffb95c", "#fff3e2", "#3a1f24"), "nunito"),
    )
}
DEFAULT_THEME: Final = "vivavoce"
FONTS: Final = {
    "inter": "Inter",
    "grotesk": "Space Grotesk",
    "fraunces": "Fraunces",
    "nunito": "Nunito",
    "system": "System",
}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours `#rrggbb`, from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
