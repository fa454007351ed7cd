"""Plays a live into pictures of captions mode, picture by picture."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image

from encoder import h264
from encoder.drawing.live_scene import LiveScene
from encoder.drawing.painter import Painter
from encoder.drawing.scene import default_arrangement
from encoder.flv import FlvTag
from encoder.pictures.captions import CaptionsPictures
from encoder.pictures.format import PictureFormat
from tests.encoder.pictures.decoding import whole_frame
from tests.patience import PATIENCE_S, POLL_S

WORDS = {"follow": "started following", "gift": "sent a gift", "subscribe": "subscribed"}
BADGE = "Virtual Host · AI"

Event = Callable[[LiveScene], None]


def background(form: PictureFormat) -> Image.Image:
    """Return a picture with slopes in all three colours."""
    slope = Image.linear_gradient("L").resize((form.width, form.height))
    return Image.merge("RGB", [slope.point(lambda v, by=by: 20 + v // by) for by in (6, 4, 3)])


async def caught_up(pictures: CaptionsPictures) -> None:
    """Wait until the last change is encoded."""
    async with asyncio.timeout(PATIENCE_S):
        while not pictures.is_current:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(POLL_S / 4)


@dataclass(slots=True)
class Played:
    """The tags of a live's pictures, and the whole frame that each of them should show, as planar YUV."""

    tags: list[FlvTag] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)

    @property
    def units(self) -> list[bytes]:
        return [unit for tag in self.tags for unit in h264.split_picture(tag.picture)]

    @property
    def sizes(self) -> list[int]:
        return [len(tag.picture) for tag in self.tags]


async def play(
    pictures: CaptionsPictures,
    form: PictureFormat,
    events: Mapping[int, Event],
    count: int,
    *,
    ground: Image.Image | None = None,
) -> Played:
    """Ask for `count` pictures. Every change is given the time to be encoded before the next picture."""
    played, drawing = Played(), Painter(form, default_arrangement(), ground or background(form))
    stripes = drawing.paint(pictures.shown)
    for number in range(count):
        if number in events:
            events[number](pictures.scene)
        stripes |= drawing.paint(pictures.shown)
        played.frames.append(whole_frame([stripes[at] for at in range(form.stripes)], form))
        played.tags.append(pictures.picture(number))
        await caught_up(pictures)
    return played
