"""Full mode: whole frames through an x264 child, over a still and over a moving background."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from encoder import flv, h264
from encoder.drawing.painter import MovingPainter, Painter
from encoder.drawing.scene import PictureScene, default_arrangement
from encoder.ffmpeg import FfmpegFailed
from encoder.flv import FlvTag
from encoder.pictures.format import PictureFormat
from encoder.pictures.frames import FrameSource, StillFrames, open_video_frames
from encoder.pictures.full import AHEAD, FullOptions, FullPictures, OpenFrames, encode_arguments, open_full
from tests.encoder.pictures.captioning import BADGE, WORDS, background
from tests.encoder.pictures.decoding import decode, run
from tests.encoder.pictures.test_captions import children, new_scene
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]

FORM = PictureFormat(360, 640, 30)
OPTIONS = FullOptions(video_kbit_s=800)
SIZE = FORM.width * FORM.height * 3 // 2


@asynccontextmanager
async def still_frames() -> AsyncGenerator[FrameSource, None]:
    yield StillFrames(FORM, default_arrangement(), background(FORM))


async def stream(
    pictures: FullPictures, count: int, event: Callable[[int], None] = lambda n: None
) -> list[FlvTag]:
    """Ask for pictures, each when the one before has come."""
    tags: list[FlvTag] = []
    async with asyncio.timeout(PATIENCE_S):
        for number in range(count):
            event(number)
            while (tag := pictures.picture(number)) is None:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(POLL_S / 4)
            tags.append(tag)
    return tags


async def opened(frames: OpenFrames) -> None:
    async with open_full(FORM, new_scene(), frames, OPTIONS):
        pass


def units_of(pictures: FullPictures, tags: list[FlvTag]) -> list[bytes]:
    units = [unit for tag in tags for unit in h264.split_picture(tag.picture)]
    return [*h264.parameter_sets(pictures.configuration.picture), *units]


def luma(frames: bytes, number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    plane = np.frombuffer(frames, np.uint8)[number * SIZE :][: FORM.width * FORM.height]
    return plane.reshape(FORM.height, FORM.width).astype(np.int64)


async def test_a_caption_is_seen_and_key_pictures_come_every_two_seconds() -> None:
    async with open_full(FORM, new_scene(), still_frames, OPTIONS) as pictures:

        def event(number: int) -> None:
            if number == 30:
                pictures.scene.speak("Hi Martha!")

        tags = await stream(pictures, 125, event)
        frames = decode(units_of(pictures, tags))
    assert [number for number, tag in enumerate(tags) if tag.is_key] == [0, 60, 120]
    assert [tag.time_ms for tag in tags[:4]] == [0, 33, 66, 100]
    assert all(tag.payload[2:5] == b"\0\0\0" for tag in tags)  # none is shown later than decoded
    assert (pictures.parameters.width, pictures.parameters.height) == (360, 640)
    assert pictures.parameters.profile_name == "High"
    changed = np.abs(luma(frames, 60) - luma(frames, 29)) > 60
    rows = np.nonzero(changed)[0]
    assert 0.47 * FORM.height < rows.min() < rows.max() < 0.61 * FORM.height
    drawing = Painter(FORM, default_arrangement(), background(FORM))
    drawing.paint(PictureScene(BADGE, caption="Hi Martha!", words=WORDS))
    wanted = np.asarray(drawing.frame().convert("L")).astype(int) * 219 // 255 + 16
    assert np.abs(luma(frames, 124) - wanted).mean() < 4


async def test_a_killed_encoder_is_replaced_and_begins_with_a_key_picture() -> None:
    others = children()
    async with open_full(FORM, new_scene(), still_frames, OPTIONS) as pictures:
        before = await stream(pictures, 10)
        killed = children() - others
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            number = 10
            while not (tag := pictures.picture(number)) or not tag.is_key:
                number += 1
                await asyncio.sleep(POLL_S)
        assert pictures.left_out > 0
        assert not children() & killed
        frames = decode(units_of(pictures, [*before, tag]))
        assert len(frames) == 11 * SIZE
    assert children() == others


async def test_a_slow_encoder_gets_fewer_frames_and_no_delay_grows() -> None:
    others = children()
    async with open_full(FORM, new_scene(), still_frames, OPTIONS) as pictures:
        (child,) = children() - others
        await stream(pictures, 5)
        os.kill(child, signal.SIGSTOP)
        # Ten seconds are asked for: what is encoded by now comes, and nothing is queued for later.
        come = [pictures.picture(number) for number in range(5, 305)]
        assert sum(tag is not None for tag in come) <= AHEAD
        os.kill(child, signal.SIGCONT)
        assert len(await stream(pictures, 3)) == 3
        assert pictures.left_out >= 300 - AHEAD


async def test_an_encoder_that_never_starts_is_an_error(tmp_path: Path) -> None:
    def frames() -> AbstractAsyncContextManager[FrameSource]:
        return open_video_frames(tmp_path / "missing.flv", FORM, default_arrangement())

    with pytest.raises(ExceptionGroup) as raised:
        await opened(frames)
    assert raised.group_contains(FfmpegFailed)


async def test_words_stand_still_over_a_moving_background(tmp_path: Path) -> None:
    video = tmp_path / "background.flv"
    source = "testsrc2=s=360x640:r=30,scroll=vertical=0.013"
    target = ["-frames:v", "60", "-c:v", "libx264", "-f", "flv", "pipe:1"]
    made = run(["-f", "lavfi", "-i", source, *target], b"")
    video.write_bytes(made)
    scene = new_scene()
    scene.speak("Words stand still.")

    def frames() -> AbstractAsyncContextManager[FrameSource]:
        return open_video_frames(video, FORM, default_arrangement())

    async with open_full(FORM, scene, frames, OPTIONS) as pictures:
        tags = await stream(pictures, 90)  # goes round
        decoded = decode(units_of(pictures, tags))
    one, other = luma(decoded, 70), luma(decoded, 85)
    painter = MovingPainter(FORM, default_arrangement())
    painted = np.frombuffer(
        painter.paint(PictureScene(BADGE, caption="Words stand still."), bytes(SIZE)), np.uint8
    )
    letters = painted[: FORM.width * FORM.height].reshape(FORM.height, FORM.width) > 225
    assert letters.sum() > 300
    assert np.abs(one - other)[letters].mean() < 12
    assert (np.abs(one - other)[: FORM.height // 10] > 30).mean() > 0.02  # what is above them moves


def test_full_mode_fills_up_to_its_floor() -> None:
    async def sizes() -> list[int]:
        options = FullOptions(video_kbit_s=800, floor_kbit_s=700)
        async with open_full(FORM, new_scene(), still_frames, options) as pictures:
            tags = await stream(pictures, 90)
            assert len(decode(units_of(pictures, tags))) == 90 * SIZE
        return [len(tag.picture) for tag in tags]

    assert sum(asyncio.run(sizes())[30:]) * 8 / 2 > 690_000


def test_no_scene_cut_makes_a_key_picture() -> None:
    arguments = encode_arguments(FORM, OPTIONS)
    for name, value in (("-g", "60"), ("-keyint_min", "60"), ("-sc_threshold", "0"), ("-bf", "0")):
        assert arguments[arguments.index(name) + 1] == value
    chance = np.random.default_rng(1)
    frames = [chance.integers(0, 255, SIZE, dtype=np.uint8).tobytes() for _ in range(4)]
    made = flv.read_file(run(arguments, b"".join(frames)))
    pictures = [tag for tag in made if tag.kind is flv.FlvKind.VIDEO and tag.payload[1] == flv.DATA]
    assert [tag.is_key for tag in pictures if not tag.is_configuration] == [True, False, False, False]
