import numpy as np
import pytest

from encoder.backgrounds.shipped import BACKGROUNDS, frame_size, frames

SIZES = [(720, 1280), (1080, 1920), (1280, 720)]


def drawn(
    key: str, count: int, size: tuple[int, int] = (720, 1280)
) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    columns, rows = frame_size(*size)
    found = [np.frombuffer(frame, np.uint8) for frame in frames(key, *size, count)]
    return [frame.reshape(rows, columns, 3).astype(np.int64) for frame in found]


def test_there_are_six() -> None:
    assert len(BACKGROUNDS) == 6


@pytest.mark.parametrize("key", BACKGROUNDS)
def test_a_background_moves_goes_round_without_a_jump_and_is_always_the_same(key: str) -> None:
    turn = drawn(key, 24)
    steps = [np.abs(turn[at] - turn[at - 1]).mean() for at in range(24)]  # the first is from the last frame
    assert min(steps) > 0.05
    assert steps[0] < 2 * np.median(steps) + 0.1
    assert np.array_equal(turn[5], drawn(key, 24)[5])
    assert np.ptp(turn[0]) > 40  # not one colour


@pytest.mark.parametrize("size", SIZES)
def test_every_size_has_frames_of_its_shape(size: tuple[int, int]) -> None:
    columns, rows = frame_size(*size)
    assert columns / rows == pytest.approx(size[0] / size[1], rel=0.01)
    assert columns % 2 == rows % 2 == 0
    (frame,) = frames("studio", *size, 1)
    assert len(frame) == columns * rows * 3


def test_an_unknown_background_is_refused() -> None:
    with pytest.raises(KeyError):
        list(frames("beach", 720, 1280, 1))
