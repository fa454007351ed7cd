"""Pictures of stripes that were encoded alone: any decoder shows what a full encode of the frame would."""

import asyncio
import os
import signal
from itertools import pairwise

import numpy as np
import pytest

from encoder import h264
from encoder.ffmpeg import FfmpegFailed
from encoder.h264 import MalformedVideo
from encoder.pictures.format import PictureFormat
from encoder.pictures.slices import SequenceFormat, read_intra_slice, sequence_set, skip_slice
from encoder.pictures.splicing import Splicer
from encoder.pictures.stripes import open_stripe_encoder
from tests.encoder.pictures.decoding import DECODERS, cropped, decode, encode_whole, whole_frame

pytestmark = pytest.mark.processes

PORTRAIT = PictureFormat(720, 1280, 30)
SMALL = PictureFormat(320, 160, 30)
SIZES = [PORTRAIT, PictureFormat(1280, 720, 25), PictureFormat(1080, 1920, 30)]


def stripe(form: PictureFormat, seed: int) -> bytes:
    """Return a stripe with hard edges, soft slopes and some noise, for every kind of prediction."""
    chance = np.random.default_rng(seed)
    height, width = form.stripe_height, form.coded_width
    slope = np.add.outer(np.arange(height), np.arange(width)) * chance.uniform(0.02, 0.3)
    blocks = np.kron(chance.integers(0, 90, (height // 16, width // 16)), np.ones((16, 16)))
    luma = np.clip(slope + blocks + chance.normal(0, 4, (height, width)), 16, 235).astype(np.uint8)
    colours = chance.integers(100, 156, (2, height // 16, width // 16)).repeat(8, axis=1).repeat(8, axis=2)
    return luma.tobytes() + colours.astype(np.uint8).tobytes()


async def spliced(form: PictureFormat, frames: list[list[bytes]], keys: set[int]) -> list[bytes]:
    """Return the units of frames that are given as stripes."""
    async with open_stripe_encoder(form) as encoder:
        encoded = [await encoder.encode(stripes) for stripes in frames]
        splicer = Splicer(form, encoder.picture_set, encoded[0])
        units = [*h264.parameter_sets(splicer.configuration.picture)]
        for number, stripes in enumerate(encoded):
            splicer.replace(dict(enumerate(stripes)))
            units += splicer.next_picture(is_key=number in keys).units
    return units


@pytest.mark.slow
@pytest.mark.parametrize("form", SIZES, ids=lambda form: f"{form.width}x{form.height}")
def test_spliced_pictures_are_bit_for_bit_those_of_a_full_encode(form: PictureFormat) -> None:
    first = [stripe(form, seed) for seed in range(form.stripes)]
    second = [*first]
    second[0], second[form.stripes // 2], second[-1] = (stripe(form, 100 + seed) for seed in range(3))
    third = [*second]
    third[1:3] = stripe(form, 200), stripe(form, 201)
    frames = [first, first, second, third, third, first]
    units = asyncio.run(spliced(form, frames, keys={0, 4}))
    full = decode(encode_whole([whole_frame(stripes, form) for stripes in frames], form))
    size = form.coded_width * form.coded_height * 3 // 2
    wanted = [cropped(full[at : at + size], form) for at in range(0, len(full), size)]
    assert len(wanted) == len(frames)
    for decoder in DECODERS:
        assert decode(units, decoder) == b"".join(wanted)


def test_a_long_row_of_pictures_passes_the_end_of_its_numbers() -> None:
    frames = [[stripe(SMALL, 0)] * SMALL.stripes] * 3 + [[stripe(SMALL, 1)] * SMALL.stripes] * 60
    units = asyncio.run(spliced(SMALL, frames, keys={0}))
    size = 320 * 160 * 3 // 2
    pictures = decode(units)
    assert len(pictures) == 63 * size
    shown = {pictures[at : at + size] for at in range(0, len(pictures), size)}
    assert len(shown) == 2
    assert decode(units, "libopenh264") == pictures


async def test_an_unchanged_picture_has_few_bytes_and_a_known_stripe_costs_no_encode() -> None:
    async with open_stripe_encoder(SMALL) as encoder:
        stripes = await encoder.encode([stripe(SMALL, seed) for seed in (0, 0)])
        splicer = Splicer(SMALL, encoder.picture_set, stripes)
        assert encoder.encoded == 1
    assert splicer.next_picture(is_key=True).is_key
    sizes = [len(h264.join_picture(splicer.next_picture(is_key=False).units)) for _ in range(100)]
    assert max(sizes) <= 10
    splicer.replace({1: stripes[1]})  # the same again
    assert len(splicer.next_picture(is_key=False).units) == 1


def test_an_unchanged_picture_of_720x1280_has_ten_bytes() -> None:
    assert len(h264.join_picture([skip_slice(0, 3600, 15)])) == 10


async def test_key_pictures_in_a_row_have_different_numbers() -> None:
    async with open_stripe_encoder(SMALL) as encoder:
        splicer = Splicer(SMALL, encoder.picture_set, await encoder.encode([stripe(SMALL, 0)] * 2))
    pictures = [splicer.next_picture(is_key=True).units for _ in range(3)]
    assert all(one != other for one, other in pairwise(pictures))
    assert all(h264.unit_kind(unit) == h264.IDR_SLICE for unit in pictures[0])


async def test_the_memory_of_known_stripes_is_bounded() -> None:
    async with open_stripe_encoder(SMALL, cached_bytes=20_000) as encoder:
        for seed in range(30):
            await encoder.encode([stripe(SMALL, seed)])
            assert encoder.cached_bytes <= 20_000
        assert encoder.cached_bytes > 0
        await encoder.encode([stripe(SMALL, 29), stripe(SMALL, 0)])
        assert encoder.encoded == 31  # the newest was known, the oldest was forgotten


async def test_two_streams_share_an_encoder() -> None:
    async with open_stripe_encoder(SMALL) as encoder, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(encoder.encode([stripe(SMALL, seed) for seed in seeds]))
            for seeds in ((1, 2, 3), (3, 4, 1))
        ]
    first, second = (task.result() for task in tasks)
    assert first[0] == second[2]
    assert first[2] == second[0]
    assert encoder.encoded == 4


async def test_a_killed_encoder_says_so() -> None:
    async with open_stripe_encoder(SMALL) as encoder:
        await encoder.encode([stripe(SMALL, 1)])
        os.kill(encoder.pid, signal.SIGKILL)
        with pytest.raises(FfmpegFailed):
            await encoder.encode([stripe(SMALL, 2)])


def test_a_slice_that_depends_on_its_place_is_refused() -> None:
    units = encode_whole([whole_frame([stripe(SMALL, 0)] * 2, SMALL)], SMALL)
    slices = [unit for unit in units if h264.unit_kind(unit) == h264.IDR_SLICE]
    form = SequenceFormat(4, 2, 0)
    assert read_intra_slice(slices[0], form).size > 0
    for refused in (slices[1], units[0]):
        with pytest.raises(MalformedVideo):
            read_intra_slice(refused, form)


def test_missing_stripes_are_refused() -> None:
    with pytest.raises(ValueError, match="all of its stripes"):
        Splicer(SMALL, b"", [])


@pytest.mark.parametrize(
    ("form", "level"),
    [(SIZES[0], 31), (SIZES[1], 31), (SIZES[2], 40)],
    ids=["720x1280", "1280x720", "1080x1920"],
)
def test_the_parameter_set_says_the_size_that_is_shown(form: PictureFormat, level: int) -> None:
    found = h264.read_sequence_set(sequence_set(form.width, form.height, form.frame_rate))
    assert (found.width, found.height, found.level) == (form.width, form.height, level)
    assert found.profile_name == "Baseline"


def test_a_picture_beyond_every_level_is_refused() -> None:
    with pytest.raises(MalformedVideo):
        sequence_set(7680, 4320, 30)
