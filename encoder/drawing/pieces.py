"""Draws what several widgets consist of: panels with their shadow, lines of text, icons."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from encoder.drawing import svg
from encoder.drawing.fonts import FILL, Face
from encoder.drawing.svg import Color, Drawing

FINER = 4
SHADOW_OPACITY = 0.28
EDGE_OPACITY = 0.16


@dataclass(frozen=True, slots=True)
class DrawnPiece:
    """A picture with transparency, and where its upper left corner lies."""

    image: Image.Image = field(compare=False)
    x: int
    y: int

    @property
    def bottom(self) -> int:
        """The first row of pixels below it."""
        return self.y + self.image.height


@dataclass(frozen=True, slots=True)
class PanelStyle:
    """How a panel looks; lengths are in pixels, opacities from 0 to 1."""

    color: Color
    edge: Color
    opacity: float
    radius: float
    edge_width: float
    shadow_y: float
    shadow_blur: float


class Card:
    """A panel on which words and drawings are put; it knows how far its shadow reaches."""

    def __init__(self, width: float, height: float, style: PanelStyle) -> None:
        self.width, self.height = round(width), round(height)
        self.margin = round(style.shadow_blur + style.shadow_y) + 1 if style.shadow_blur else 0
        size = self.width + 2 * self.margin, self.height + 2 * self.margin
        self.image = Image.new("RGBA", size)
        if style.shadow_blur:
            self._cast_shadow(style)
        self.image.alpha_composite(panel(self.width, self.height, style), (self.margin, self.margin))
        self._pen = ImageDraw.Draw(self.image)

    def write(self, x: float, baseline: float, text: str, face: Face, fill: FILL) -> float:
        """Write a line, and return where it ends."""
        return face.draw(self._pen, x + self.margin, baseline + self.margin, text, fill) - self.margin

    def paint(self, x: float, y: float, image: Image.Image) -> None:
        """Put a picture on the card."""
        self.image.alpha_composite(image, (round(x) + self.margin, round(y) + self.margin))

    def draw(self, x: float, y: float, size: float, drawing: Drawing) -> None:
        """Put a square drawing on the card."""
        self.paint(x, y, svg.draw(drawing, round(size), round(size)))

    def at(self, x: float, y: float) -> DrawnPiece:
        """Return the card with its panel's corner at a point."""
        return DrawnPiece(self.image, round(x) - self.margin, round(y) - self.margin)

    def _cast_shadow(self, style: PanelStyle) -> None:
        shape = rounded(self.width, self.height, style.radius)
        shadow = Image.new("L", self.image.size)
        shadow.paste(shape, (self.margin, self.margin + round(style.shadow_y)))
        shadow = shadow.filter(ImageFilter.GaussianBlur(style.shadow_blur / 2))
        inside = Image.new("L", self.image.size)
        inside.paste(shape, (self.margin, self.margin))
        # A shadow lies beside its panel only, never under it.
        shadow = ImageChops.multiply(shadow, ImageChops.invert(inside)).point(
            lambda value: round(value * SHADOW_OPACITY)
        )
        self.image.putalpha(shadow)


def panel(width: int, height: int, style: PanelStyle) -> Image.Image:
    """Return a panel with its edge."""
    shape = rounded(width, height, style.radius)
    image = filled(style.color, shape, style.opacity)
    if style.edge_width:
        image.alpha_composite(
            filled(style.edge, ring(width, height, style.radius, style.edge_width), EDGE_OPACITY)
        )
    return image


def filled(color: Color, mask: Image.Image, opacity: float = 1.0) -> Image.Image:
    """Return one colour with a mask as its transparency."""
    image = Image.new("RGBA", mask.size, (*color, 0))
    image.putalpha(mask if opacity == 1 else mask.point(lambda value: round(value * opacity)))
    return image


@lru_cache(maxsize=64)
def rounded(width: int, height: int, radius: float) -> Image.Image:
    """Return the mask of a rectangle with round corners."""
    large = Image.new("L", (FINER * width, FINER * height))
    radius = min(radius, width / 2, height / 2)
    corners = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(corners, FINER * radius, fill=255)
    return large.reduce(FINER)


def ring(width: int, height: int, radius: float, thickness: float) -> Image.Image:
    """Return the mask of the edge of such a rectangle."""
    large = Image.new("L", (FINER * width, FINER * height))
    radius = min(radius, width / 2, height / 2)
    corners = (0, 0, large.width - 1, large.height - 1)
    pen, line = ImageDraw.Draw(large), max(1, round(FINER * thickness))
    pen.rounded_rectangle(corners, FINER * radius, outline=255, width=line)
    return large.reduce(FINER)


def glow(size: int, color: Color, opacity: float) -> Image.Image:
    """Return a round light that fades to its edge."""
    line = (np.arange(size) + 0.5) / size * 2 - 1
    distance = np.hypot(line[:, np.newaxis], line[np.newaxis, :])
    alpha = np.clip(1 - distance, 0, 1) * opacity * 255
    return filled(color, Image.fromarray(np.rint(alpha).astype(np.uint8)))
