"""The shape of a spliced picture: its size, its rate, and the stripes into which it is divided."""

from dataclasses import dataclass

MACROBLOCK = 16
# Taller stripes compress better, and more of a picture is encoded again for a small change.
MOST_ROWS = 5
GOP_S = 2


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """Width and height in pixels (even), pictures a second."""

    width: int = 720
    height: int = 1280
    frame_rate: int = 30

    @property
    def gop(self) -> int:
        """How many pictures there are from one key picture to the next."""
        return GOP_S * self.frame_rate

    @property
    def columns(self) -> int:
        """How many macroblocks lie side by side."""
        return -(-self.width // MACROBLOCK)

    @property
    def rows(self) -> int:
        """How many macroblocks lie above each other."""
        return -(-self.height // MACROBLOCK)

    @property
    def coded_width(self) -> int:
        """The width in whole macroblocks; what lies beyond `width` is not shown."""
        return self.columns * MACROBLOCK

    @property
    def coded_height(self) -> int:
        """The height in whole macroblocks."""
        return self.rows * MACROBLOCK

    @property
    def stripe_rows(self) -> int:
        """How many rows of macroblocks a stripe has; all stripes are equally tall."""
        return next(rows for rows in range(MOST_ROWS, 0, -1) if self.rows % rows == 0)

    @property
    def stripe_height(self) -> int:
        """The height of a stripe in pixels."""
        return self.stripe_rows * MACROBLOCK

    @property
    def stripes(self) -> int:
        """How many stripes a picture has."""
        return self.rows // self.stripe_rows

    @property
    def stripe_macroblocks(self) -> int:
        """How many macroblocks a stripe has."""
        return self.columns * self.stripe_rows

    @property
    def stripe_bytes(self) -> int:
        """The size of a stripe's pixels, as planar YUV 4:2:0."""
        return self.coded_width * self.stripe_height * 3 // 2

    def stripes_of(self, top: int, bottom: int) -> range:
        """Return the numbers of the stripes in which the pixel rows from `top` up to `bottom` lie."""
        first = max(0, top) // self.stripe_height
        return range(first, min(self.stripes, -(-bottom // self.stripe_height)))
