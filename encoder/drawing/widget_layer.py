"""Holds the drawn widgets of a picture, and draws those again whose content changes."""

from collections.abc import Callable, Iterator

from PIL import Image

from encoder.drawing import widgets
from encoder.drawing.pieces import DrawnPiece
from encoder.drawing.scene import ALERTS, AVATAR, BADGE, CAPTIONS, CHAT, Arrangement, PictureScene
from encoder.drawing.widgets import Spot, spot_of
from encoder.pictures.format import PictureFormat


class WidgetLayer:
    """The widgets of a picture from the lowest to the highest. It begins empty."""

    def __init__(self, form: PictureFormat, arrangement: Arrangement) -> None:
        self._form, self._arrangement = form, arrangement
        has_face = AVATAR in arrangement.places
        self._spots = {
            name: spot_of(place, form.width, form.height, has_face=has_face)
            for name, place in arrangement.places.items()
        }
        self._names = sorted(arrangement.places, key=lambda name: arrangement.places[name].order)
        self._pieces: dict[str, DrawnPiece | None] = {}
        self._scene: PictureScene | None = None

    def update(self, scene: PictureScene) -> set[int]:
        """Draw what changed since the last scene, and return the stripes in which it lies or lay."""
        before, self._scene = self._scene, scene
        touched = set[int]()
        for name in self._names:
            if before is not None and _content(name, before) == _content(name, scene):
                continue
            old, new = self._pieces.get(name), self._draw(name, scene)
            self._pieces[name] = new
            for piece in (old, new):
                if piece is not None:
                    touched |= set(self._form.stripes_of(piece.y, piece.bottom))
        return touched

    def pieces(self, top: int, bottom: int) -> Iterator[DrawnPiece]:
        """Yield the pieces between two rows of pixels, the lowest first."""
        for name in self._names:
            piece = self._pieces.get(name)
            if piece is not None and piece.y < bottom and piece.bottom > top:
                yield piece

    def paste_on(self, picture: Image.Image, top: int) -> None:
        """Put the pieces on an opaque picture whose first row is row `top` of the whole."""
        for piece in self.pieces(top, top + picture.height):
            picture.paste(piece.image, (piece.x, piece.y - top), piece.image)

    def part(self, top: int, bottom: int) -> Image.Image | None:
        """Return the pieces between two rows as RGBA, without a background; None when there are none."""
        whole: Image.Image | None = None
        size = self._form.coded_width, bottom - top
        for piece in self.pieces(top, bottom):
            alone = Image.new("RGBA", size)
            alone.paste(piece.image, (piece.x, piece.y - top))
            whole = alone if whole is None else Image.alpha_composite(whole, alone)
        return whole

    def _draw(self, name: str, scene: PictureScene) -> DrawnPiece | None:
        look, words, alert = self._arrangement.look, dict(scene.words), scene.alert
        draw: dict[str, Callable[[Spot], DrawnPiece | None]] = {
            BADGE: lambda spot: widgets.draw_badge(spot, look, scene.badge),
            CAPTIONS: lambda spot: widgets.draw_caption(spot, look, scene.caption),
            CHAT: lambda spot: widgets.draw_chat(spot, look, scene.lines, words),
            ALERTS: lambda spot: widgets.draw_alert(spot, look, alert, words) if alert else None,
            AVATAR: lambda spot: widgets.draw_avatar(
                spot, look, self._arrangement.avatar, scene.mouth, is_blinking=scene.is_blinking
            ),
        }
        return draw[name](self._spots[name])


def _content(name: str, scene: PictureScene) -> object:
    """Return what of a scene a widget shows."""
    return {
        BADGE: scene.badge,
        CAPTIONS: scene.caption,
        CHAT: (scene.lines, scene.words),
        ALERTS: scene.alert,
        AVATAR: (scene.mouth, scene.is_blinking),
    }[name]
