"""What the bench of the encoder streams: a loop, or a live that is played into captions and full mode."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

import numpy as np
from PIL import Image

from encoder import h264
from encoder.broadcast.pictures import PictureSource
from encoder.drawing.live_scene import LiveScene
from encoder.drawing.scene import ChatLine, default_arrangement
from encoder.pictures.captions import open_captions
from encoder.pictures.format import PictureFormat
from encoder.pictures.frames import FrameSource, StillFrames
from encoder.pictures.full import open_full
from tests.encoder.pictures.captioning import play
from tests.encoder.pictures.decoding import DECODERS, decode, encode_whole

FORM = PictureFormat()
BADGE = "Virtual Host · AI"
TURN_S = 0.1  # the mouth moves ten times a second
CHECKED_PICTURES = 150


@dataclass(frozen=True, slots=True)
class Shown:
    """A source of pictures, and the live that is played into it."""

    pictures: PictureSource
    scene: LiveScene | None = None

    async def perform(self) -> None:
        """Say a sentence and show a line of chat each second, and move the mouth ten times, without end."""
        chance = np.random.default_rng(1)
        for turn in count():
            if self.scene is None:
                return
            self.scene.set_level(float(chance.uniform(0, 0.25)))
            if turn % 10 == 0:
                self.scene.add_line(ChatLine(str(turn), f"viewer {turn}", f"line {turn} of this chat"))
            if turn % 10 == 5:
                self.scene.speak(f"Sentence number {turn} is said to the viewers.")
            await asyncio.sleep(TURN_S)


def still() -> Image.Image:
    """Return the background that the plain command streams too."""
    return Image.effect_mandelbrot((720, 1280), (-2, -1.5, 1, 1.5), 100).convert("RGB")


@asynccontextmanager
async def captions() -> AsyncGenerator[Shown, None]:
    """Give a stream of captions mode."""
    scene = LiveScene(BADGE, {})
    async with open_captions(FORM, default_arrangement(), still(), scene) as pictures:
        yield Shown(pictures, scene)


@asynccontextmanager
async def full() -> AsyncGenerator[Shown, None]:
    """Give a stream of full mode."""
    scene = LiveScene(BADGE, {})
    async with open_full(FORM, scene, still_frames) as pictures:
        yield Shown(pictures, scene)


@asynccontextmanager
async def still_frames() -> AsyncGenerator[FrameSource, None]:
    """Give the frames of full mode."""
    yield StillFrames(FORM, default_arrangement(), still())


def level_of(level: float) -> Callable[[LiveScene], None]:
    """Return what opens the avatar's mouth to a level from 0 to 1."""
    return lambda scene: scene.set_level(level)


async def is_bit_exact() -> bool:
    """Return whether two decoders show in captions mode what a full encode of the drawn frames shows."""
    events = {
        10: lambda scene: scene.speak("Hi Martha, welcome from Leeds!"),
        20: lambda scene: scene.add_line(ChatLine("1", "Luke", "Rose × 5", "gift")),
        **{number: level_of(number % 4 / 16) for number in range(30, CHECKED_PICTURES, 3)},
    }
    scene = LiveScene(BADGE, {})
    async with open_captions(FORM, default_arrangement(), still(), scene) as pictures:
        played = await play(pictures, FORM, events, CHECKED_PICTURES, ground=still())
        units = [*h264.parameter_sets(pictures.configuration.picture), *played.units]
    wanted = decode(encode_whole(played.frames, FORM))
    return all(decode(units, decoder) == wanted for decoder in DECODERS)
