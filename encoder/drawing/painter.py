"""Paints scenes over a still background, and gives the stripes that changed as planar YUV."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from encoder.drawing import widgets
from encoder.drawing.pieces import Piece
from encoder.drawing.scene import ALERTS, AVATAR, BADGE, CAPTIONS, CHAT, Arrangement, Scene
from encoder.drawing.widgets import Spot, spot_of
from encoder.pictures.format import PictureFormat

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
    """Holds the background and what is painted over it now."""

    def __init__(self, form: PictureFormat, arrangement: Arrangement, background: Image.Image) -> None:
        self._form, self._arrangement = form, arrangement
        # Beyond the edge of what is shown, its last pixels are repeated: that costs the fewest bits.
        self._background = _padded(background.convert("RGB"), form)
        self._spots = {
            name: spot_of(place, form.width, form.height, has_face=AVATAR in arrangement.places)
            for name, place in arrangement.places.items()
        }
        self._pieces: dict[str, Piece | None] = {}
        self._scene: Scene | None = None

    def paint(self, scene: Scene) -> dict[int, bytes]:
        """Return the stripes that changed since the last scene, by number; all of them the first time."""
        before, self._scene = self._scene, scene
        dirty = set(range(self._form.stripes)) if before is None else set[int]()
        for name in self._arrangement.places:
            if before is None or _content(name, before) != _content(name, scene):
                dirty |= self._replace(name, self._draw(name, scene))
        return {number: self._stripe(number) for number in sorted(dirty)}

    def frame(self) -> Image.Image:
        """Return the whole picture as it is painted now."""
        form = self._form
        return self._composed(0, form.coded_height).crop((0, 0, form.width, form.height))

    def _replace(self, name: str, piece: Piece | None) -> set[int]:
        """Take another piece for a widget, and return the stripes in which either lies."""
        old, self._pieces[name] = self._pieces.get(name), piece
        touched = [self._form.stripes_of(each.y, each.bottom) for each in (old, piece) if each is not None]
        return {number for stripes in touched for number in stripes}

    def _draw(self, name: str, scene: Scene) -> Piece | None:
        draw: dict[str, Callable[[Spot], Piece | None]] = {
            BADGE: lambda spot: widgets.draw_badge(spot, look, scene.badge),
            CAPTIONS: lambda spot: widgets.draw_caption(spot, look, scene.caption),
            CHAT: lambda spot: widgets.draw_chat(spot, look, scene.lines, dict(scene.words)),
            ALERTS: lambda spot: (
                widgets.draw_alert(spot, look, scene.alert, dict(scene.words)) if scene.alert else None
            ),
            AVATAR: lambda spot: widgets.draw_avatar(
                spot, look, self._arrangement.avatar, scene.mouth, is_blinking=scene.is_blinking
            ),
        }
        look = self._arrangement.look
        return draw[name](self._spots[name])

    def _stripe(self, number: int) -> bytes:
        top = number * self._form.stripe_height
        return to_yuv(self._composed(top, top + self._form.stripe_height))

    def _composed(self, top: int, bottom: int) -> Image.Image:
        picture = self._background.crop((0, top, self._form.coded_width, bottom))
        order = self._arrangement.places
        for name in sorted(self._pieces, key=lambda name: order[name].order):
            piece = self._pieces[name]
            if piece is not None and piece.y < bottom and piece.bottom > top:
                picture.paste(piece.image, (piece.x, piece.y - top), piece.image)
        return picture


def _content(name: str, scene: Scene) -> object:
    """Return what of a scene a widget shows."""
    return {
        BADGE: scene.badge,
        CAPTIONS: scene.caption,
        CHAT: (scene.lines, scene.words),
        ALERTS: scene.alert,
        AVATAR: (scene.mouth, scene.is_blinking),
    }[name]


def _padded(background: Image.Image, form: PictureFormat) -> Image.Image:
    if background.size != (form.width, form.height):
        raise ValueError(f"The background is {background.size}, the picture {(form.width, form.height)}.")
    pad = ((0, form.coded_height - form.height), (0, form.coded_width - form.width), (0, 0))
    return Image.fromarray(np.pad(np.asarray(background), pad, mode="edge"))


def to_yuv(picture: Image.Image) -> bytes:
    """Return an RGB picture as planar YUV 4:2:0 (BT.709)."""
    luma, blue, red = picture.convert("RGB", TO_YUV).split()
    return luma.tobytes() + blue.reduce(2).tobytes() + red.reduce(2).tobytes()
