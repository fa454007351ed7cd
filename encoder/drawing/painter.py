"""Paints scenes over a still or a moving background, as planar YUV 4:2:0 (BT.709)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from encoder.drawing.scene import Arrangement, PictureScene
from encoder.drawing.widget_layer import WidgetLayer
from encoder.pictures.format import PictureFormat

Plane = NDArray[np.uint8]
Part = NDArray[np.uint16]

# BT.709 with 16 to 235 (luma) and 16 to 240 (colours). Source: ITU-R BT.709-6, sections 3.3 to 3.5.
RED, BLUE = 0.2126, 0.0722
GREEN = 1 - RED - BLUE
LUMA, CHROMA = 219 / 255, 112 / 255
TO_YUV = (
    LUMA * RED, LUMA * GREEN, LUMA * BLUE, 16.0,
    -CHROMA * RED / (1 - BLUE), -CHROMA * GREEN / (1 - BLUE), CHROMA, 128.0,
    CHROMA, -CHROMA * GREEN / (1 - RED), -CHROMA * BLUE / (1 - RED), 128.0,
)  # fmt: skip


class Painter:
    """Paints over a still background, stripe by stripe."""

    def __init__(self, form: PictureFormat, arrangement: Arrangement, background: Image.Image) -> None:
        self._form, self._layer = form, WidgetLayer(form, arrangement)
        # Beyond the edge of what is shown, its last pixels are repeated: that costs the fewest bits.
        self._background = _padded(background.convert("RGB"), form)
        self._is_new = True

    def paint(self, scene: PictureScene) -> dict[int, bytes]:
        """Return the stripes that changed since the last scene, by number; all of them the first time."""
        dirty = self._layer.update(scene)
        if self._is_new:
            dirty, self._is_new = set(range(self._form.stripes)), False
        height = self._form.stripe_height
        return {
            number: to_yuv(self._composed(number * height, (number + 1) * height)) for number in sorted(dirty)
        }

    def frame(self) -> Image.Image:
        """Return the whole picture as it is painted now."""
        form = self._form
        return self._composed(0, form.coded_height).crop((0, 0, form.width, form.height))

    def _composed(self, top: int, bottom: int) -> Image.Image:
        picture = self._background.crop((0, top, self._form.coded_width, bottom))
        self._layer.paste_on(picture, top)
        return picture


@dataclass(frozen=True, slots=True)
class _Veil:
    """What lies over one plane of a stripe: what it adds, and what it leaves of the background (0 to 256)."""

    added: Part
    left: Part

    def over(self, plane: Plane) -> None:
        plane[:] = (plane * self.left + self.added) >> 8


class MovingPainter:
    """Paints over frames of a video, which are planar YUV of the picture's own size."""

    def __init__(self, form: PictureFormat, arrangement: Arrangement) -> None:
        self._form, self._layer = form, WidgetLayer(form, arrangement)
        self._veils: dict[int, tuple[_Veil, ...]] = {}

    def paint(self, scene: PictureScene, frame: bytes) -> bytes:
        """Return a frame with the widgets over it."""
        form = self._form
        for number in self._layer.update(scene):
            self._veil(number)
        pixels = np.frombuffer(bytearray(frame), dtype=np.uint8)
        planes = split_planes(pixels, form.width, form.height)
        for number, veils in self._veils.items():
            top = number * form.stripe_height
            for plane, veil, scale in zip(planes, veils, (1, 2, 2), strict=True):
                veil.over(plane[top // scale : top // scale + veil.left.shape[0]])
        return pixels.tobytes()

    def _veil(self, number: int) -> None:
        form = self._form
        top = number * form.stripe_height
        part = self._layer.part(top, min(top + form.stripe_height, form.height))
        if part is None:
            self._veils.pop(number, None)
            return
        part = part.crop((0, 0, form.width, part.height))
        alpha = part.getchannel("A")
        planes = part.convert("RGB").convert("RGB", TO_YUV).split()
        self._veils[number] = tuple(
            _veil_of(plane, alpha, 1 if at == 0 else 2) for at, plane in enumerate(planes)
        )


def _veil_of(plane: Image.Image, alpha: Image.Image, scale: int) -> _Veil:
    """Return the veil of a plane that has a `scale`-th of the width and height."""
    covered = np.asarray(alpha, dtype=np.float32) * (256 / 255)
    weighted = np.asarray(plane, dtype=np.float32) * covered
    shape = covered.shape[0] // scale, scale, covered.shape[1] // scale, scale
    left = 256 - covered.reshape(shape).mean(axis=(1, 3))
    added = weighted.reshape(shape).mean(axis=(1, 3))
    # Half a step more: the shift rounds down.
    return _Veil((np.rint(added) + 127).astype(np.uint16), np.rint(left).astype(np.uint16))


def split_planes(pixels: Plane, width: int, height: int) -> tuple[Plane, Plane, Plane]:
    """Return luma, blue and red of a planar YUV frame, as views."""
    size = width * height
    blue, red = pixels[size : size + size // 4], pixels[size + size // 4 :]
    half = height // 2, width // 2
    return pixels[:size].reshape(height, width), blue.reshape(half), red.reshape(half)


def _padded(background: Image.Image, form: PictureFormat) -> Image.Image:
    if background.size != (form.width, form.height):
        raise ValueError(f"The background is {background.size}, the picture {(form.width, form.height)}.")
    pad = ((0, form.coded_height - form.height), (0, form.coded_width - form.width), (0, 0))
    return Image.fromarray(np.pad(np.asarray(background), pad, mode="edge"))


def to_yuv(picture: Image.Image) -> bytes:
    """Return an RGB picture as planar YUV."""
    luma, blue, red = picture.convert("RGB", TO_YUV).split()
    return luma.tobytes() + blue.reduce(2).tobytes() + red.reduce(2).tobytes()
