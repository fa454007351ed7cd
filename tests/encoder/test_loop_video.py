from itertools import pairwise

import pytest

from encoder import flv, h264
from encoder.looping.video import UnsuitableVideo, read_loop
from tests.encoder.test_h264_and_flv import PICTURE_SET, high

CONFIGURATION = flv.video_configuration(h264.avc_config(high(45, 80), PICTURE_SET))


def file(*keys: bool, configurations: int = 1) -> bytes:
    pictures = [
        flv.video_picture([b"\x65" if key else b"\x41"], 33 * at, is_key=key) for at, key in enumerate(keys)
    ]
    return flv.HEADER + b"".join(map(flv.write_tag, [CONFIGURATION] * configurations + pictures))


def test_a_loop_goes_round_200_times_without_drift() -> None:
    loop = read_loop(file(*(at % 60 == 0 for at in range(180))), 30)
    assert (loop.parameters.width, loop.parameters.height) == (720, 1280)
    times = [loop.picture(number).time_ms for number in range(200 * 180 + 1)]
    assert times[-1] == 200 * 6_000
    assert times == sorted(times)
    assert max(later - earlier for earlier, later in pairwise(times)) == 34
    assert loop.picture(60 * 7).is_key


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (file(False, True, False), "does not begin"),
        (file(*([True] + [False] * 59) * 2, True), "no multiple"),
        (file(True, False, True, False, False), "no multiple"),
        (file(True, *[False] * 89), "two seconds"),
        (file(), "no pictures"),
        (file(True, configurations=2), "more than one"),
    ],
)
def test_a_video_that_cannot_be_repeated_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UnsuitableVideo, match=words):
        read_loop(data, 30)


def test_pictures_that_are_shown_later_are_refused() -> None:
    late = flv.FlvTag(flv.FlvKind.VIDEO, 0, b"\x17\x01\x00\x00\x21" + h264.join_picture([b"\x65"]))
    data = flv.HEADER + flv.write_tag(CONFIGURATION) + flv.write_tag(late)
    with pytest.raises(UnsuitableVideo, match="shown later"):
        read_loop(data, 30)
