import numpy as np
import pytest

from encoder.mixer.buses import MUSIC_LUFS, MusicBus
from encoder.mixer.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ
from encoder.mixer.shipped_music import PIECES, compose
from speech.stage.sound.loudness import measure


@pytest.mark.parametrize("key", PIECES)
def test_a_piece_repeats_without_a_gap_and_is_stereo(key: str) -> None:
    music = compose(key)
    assert 10 <= len(music) / SAMPLE_RATE_HZ <= 20
    assert np.abs(music).max() == pytest.approx(0.5, abs=0.01)
    steps = np.abs(np.diff(music[:, 0]))
    assert abs(music[0, 0] - music[-1, 0]) <= steps.max()
    assert not np.array_equal(music[:, 0], music[:, 1])
    seconds = music[: len(music) // SAMPLE_RATE_HZ * SAMPLE_RATE_HZ, 0].reshape(-1, SAMPLE_RATE_HZ)
    assert np.sqrt(np.square(seconds).mean(axis=1)).min() > 0.005  # nowhere silent


@pytest.mark.parametrize("key", PIECES)
def test_a_piece_is_always_the_same_and_is_mixed_at_its_loudness(key: str) -> None:
    music = compose(key)
    compose.cache_clear()
    assert np.array_equal(compose(key), music)
    bus = MusicBus(music)
    frames = [bus.read() for _ in range(len(music) // FRAME_SAMPLES)]
    mixed = np.concatenate([frame for frame in frames if frame is not None])
    found = [measure(np.ascontiguousarray(mixed[:, channel]), SAMPLE_RATE_HZ) for channel in (0, 1)]
    power = sum(10 ** (each.lufs / 10) for each in found if each is not None)
    assert 10 * np.log10(power) == pytest.approx(MUSIC_LUFS, abs=1)


def test_an_unknown_piece_is_refused() -> None:
    with pytest.raises(KeyError):
        compose("silence")
