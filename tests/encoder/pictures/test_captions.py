"""Captions mode: what a decoder shows is what was drawn, whatever happens in the live and to the encoder."""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoder import h264
from encoder.drawing.live_scene import LiveScene
from encoder.drawing.scene import ChatLine, default_arrangement
from encoder.pictures.captions import CaptionsOptions, open_captions
from encoder.pictures.format import PictureFormat
from tests.encoder.pictures.captioning import BADGE, WORDS, Event, background, caught_up, play
from tests.encoder.pictures.decoding import DECODERS, cropped, decode, encode_whole
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]

FORM = PictureFormat(360, 640, 30)
LIVE: dict[int, Event] = {
    2: lambda scene: scene.add_line(ChatLine("1", "Martha", "hello everybody from Leeds!")),
    4: lambda scene: scene.speak("Hi Martha, welcome from Leeds!"),
    5: lambda scene: scene.set_level(0.2),
    9: lambda scene: scene.add_line(ChatLine("2", "Luke", "Rose × 5", "gift")),
    14: lambda scene: scene.set_level(0.05),
    20: lambda scene: scene.retract(["1"]),
    24: lambda scene: scene.hide(),
}


def new_scene() -> LiveScene:
    return LiveScene(BADGE, WORDS)


def children() -> set[int]:
    pid = os.getpid()
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


async def test_pictures_are_bit_for_bit_a_full_decode_of_the_drawn_frames() -> None:
    async with open_captions(FORM, default_arrangement(), background(FORM), new_scene()) as pictures:
        played = await play(pictures, FORM, LIVE, 75)
        units = [*h264.parameter_sets(pictures.configuration.picture), *played.units]
    full = decode(encode_whole(played.frames, FORM))
    size = FORM.coded_width * FORM.coded_height * 3 // 2
    wanted = b"".join(cropped(full[at : at + size], FORM) for at in range(0, len(full), size))
    for decoder in DECODERS:
        assert decode(units, decoder) == wanted
    assert len(set(played.frames)) > 6
    assert [number for number, tag in enumerate(played.tags) if tag.is_key] == [0, 60]
    assert [tag.time_ms for tag in played.tags[:4]] == [0, 33, 66, 100]
    # An unchanged picture costs a few bytes.
    assert sorted(played.sizes)[len(played.sizes) // 2] <= 10


async def test_the_words_are_in_the_picture() -> None:
    async with open_captions(FORM, default_arrangement(), background(FORM), new_scene()) as pictures:
        before = await play(pictures, FORM, {}, 2)
        empty = decode([*h264.parameter_sets(pictures.configuration.picture), *before.units])
    async with open_captions(FORM, default_arrangement(), background(FORM), new_scene()) as pictures:
        played = await play(pictures, FORM, {0: lambda scene: scene.speak("Hi Martha!")}, 2)
        shown = decode([*h264.parameter_sets(pictures.configuration.picture), *played.units])
    size = FORM.width * FORM.height
    one, other = (
        np.frombuffer(data, np.uint8)[-size * 3 // 2 :][:size].reshape(FORM.height, FORM.width).astype(int)
        for data in (empty, shown)
    )
    rows, columns = np.nonzero(np.abs(one - other) > 60)
    assert 0.47 * FORM.height < rows.min() < rows.max() < 0.61 * FORM.height
    assert 0.22 * FORM.width < columns.min() < columns.max() < 0.86 * FORM.width
    assert other.max() > 200  # white letters


async def test_a_killed_encoder_is_replaced_and_the_change_is_shown_then() -> None:
    others = children()
    async with open_captions(FORM, default_arrangement(), background(FORM), new_scene()) as pictures:
        killed = children() - others
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        pictures.scene.speak("This is said while no encoder runs.")
        assert pictures.picture(0).is_key
        sizes, number = [], 1
        async with asyncio.timeout(PATIENCE_S):
            while not pictures.is_current:
                sizes.append(len(pictures.picture(number).picture))
                number += 1
                await asyncio.sleep(POLL_S)
        assert len(pictures.picture(number).picture) > 1000
        assert not children() & killed
    assert children() == others


async def test_the_mouth_waits_for_the_bit_rate_and_words_do_not() -> None:
    def flap(scene: LiveScene, number: int) -> None:
        scene.set_level(0.2 if number // 3 % 2 else 0.0)

    count = 180
    options = CaptionsOptions(video_kbit_s=200)
    scene = new_scene()
    async with open_captions(FORM, default_arrangement(), background(FORM), scene, options) as pictures:
        sent = 0
        for number in range(count):
            flap(scene, number)
            sent += len(pictures.picture(number).picture)
            await caught_up(pictures)
        assert sent < 1.3 * options.video_kbit_s * 125 * count / FORM.frame_rate
        scene.speak("Words do not wait.")
        pictures.picture(count)
        await caught_up(pictures)
        assert pictures.shown.caption == "Words do not wait."


async def test_a_detailed_background_is_encoded_more_coarsely() -> None:
    chance = np.random.default_rng(3)
    noise = Image.fromarray(chance.integers(0, 255, (FORM.height, FORM.width, 3), dtype=np.uint8))
    options = CaptionsOptions(video_kbit_s=2_000)
    sizes = []
    for picture in (noise, background(FORM)):
        async with open_captions(FORM, default_arrangement(), picture, new_scene(), options) as pictures:
            sizes.append(len(pictures.picture(0).picture))
    assert sizes[1] * 8 < 0.35 * 2_000_000 * 2
    assert sizes[0] * 8 < 2_000_000 * 2  # still a picture for two seconds


async def test_a_floor_fills_pictures_up_and_decoders_drop_it() -> None:
    options = CaptionsOptions(floor_kbit_s=800)
    async with open_captions(FORM, default_arrangement(), background(FORM), new_scene(), options) as pictures:
        played = await play(pictures, FORM, {}, 120)
        units = [*h264.parameter_sets(pictures.configuration.picture), *played.units]
    assert sum(played.sizes[60:]) * 8 / 2 > 780_000
    decoded = decode(units, "libopenh264")
    assert decoded == decode(units)
    assert len(decoded) == 120 * FORM.width * FORM.height * 3 // 2


async def test_a_background_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="background"):
        async with open_captions(FORM, default_arrangement(), Image.new("RGB", (64, 64)), new_scene()):
            pass
