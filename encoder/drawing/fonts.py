"""Measures and draws text in the overlay's fonts."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from anyascii import anyascii
from PIL import ImageDraw, ImageFont

from encoder.drawing.svg import Color
from encoder.drawing.tokens import font_files

FALLBACK = "Inter"
FILL = Color | tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Face:
    """A font at a size in pixels and a weight. `tracking` is added between letters, in parts of the size."""

    family: str
    size: float
    weight: int
    tracking: float = 0.0

    def at(self, factor: float) -> "Face":
        """Return the face in another size."""
        return Face(self.family, self.size * factor, self.weight, self.tracking)

    @property
    def ascent(self) -> float:
        """How far the highest letters reach above the baseline, in pixels, by the font's own measure."""
        return _metrics(self.family)[0] * self.size

    @property
    def descent(self) -> float:
        """How far the lowest letters reach below the baseline."""
        return _metrics(self.family)[1] * self.size

    def length(self, text: str) -> float:
        """Return the width of a line; words are measured once."""
        words = text.split(" ")
        return sum(_length(self, word) for word in words) + _length(self, " ") * (len(words) - 1)

    def draw(self, pen: ImageDraw.ImageDraw, x: float, baseline: float, text: str, fill: FILL) -> float:
        """Draw a line from `x` on, and return where it ends."""
        for font, piece in self.pieces(text):
            if not self.tracking:
                pen.text((x, baseline), piece, fill=fill, font=font, anchor="ls")
                x += font.getlength(piece)
                continue
            for at, letter in enumerate(piece):
                # From the beginning, so that pairs of letters keep their distance.
                left = x + font.getlength(piece[: at + 1]) - font.getlength(letter) + self.space * at
                pen.text((left, baseline), letter, fill=fill, font=font, anchor="ls")
            x += font.getlength(piece) + self.space * len(piece)
        return x

    @property
    def space(self) -> float:
        """What is added between letters, in pixels."""
        return self.tracking * self.size

    def pieces(self, text: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        """Return the text in pieces that one file of the font holds."""
        return [
            (_load(path, self.size, self.weight), "".join(letters))
            for path, letters in groupby(text, lambda letter: _file_of(self.family, letter))
            if path is not None
        ]


def readable(text: str, limit: int = 300) -> str:
    """Return a text in letters that the fonts have, cut at `limit` characters.

    Letters of other scripts are written in Latin ones; emoji and control characters are left out.
    """
    kept = []
    for letter in unicodedata.normalize("NFC", text[:limit]):
        kind = unicodedata.category(letter)
        if letter.isspace():
            kept.append(" ")
        elif kind[0] in "CM" or kind in ("So", "Sk"):
            continue
        elif _file_of(FALLBACK, letter) is not None:
            kept.append(letter)
        elif kind[0] in "LNP":
            kept.append(anyascii(letter))
    return " ".join("".join(kept).split())


@lru_cache(maxsize=4096)
def _length(face: Face, word: str) -> float:
    return sum(font.getlength(piece) for font, piece in face.pieces(word)) + face.space * len(word)


@lru_cache(maxsize=4096)
def _file_of(family: str, letter: str) -> Path | None:
    code = ord(letter)
    for name in (family, FALLBACK):
        for file in font_files().get(name, ()):
            if any(code in span for span in file.ranges):
                return file.path
    return None


@lru_cache(maxsize=64)
def _load(path: Path, size: float, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size)
    axes = font.get_variation_axes()
    least, most = axes[0]["minimum"] or 0, axes[0]["maximum"] or 1000
    font.set_variation_by_axes([min(max(weight, least), most)])
    return font


@lru_cache(maxsize=16)
def _metrics(family: str) -> tuple[float, float]:
    """Return a family's ascent and descent in parts of its size."""
    font = ImageFont.truetype(font_files()[family][0].path, 1000)
    ascent, descent = font.getmetrics()
    return ascent / 1000, descent / 1000
