import time

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.stage.sound.loudness import Loudness, gain_for, measure
from speech.stage.sound.mastering import Mastering
from speech.stage.sound.resampling import Resampler
from tests.overlay.proof import loudness_lufs

Samples = NDArray[np.float32]

RATES_HZ = (16_000, 22_050, 24_000, 44_100, 48_000)


def speech_like(seconds: float, rate_hz: int, *, level: float = 0.05, seed: int = 1) -> Samples:
    """Noise without its highest part, that swells and falls like syllables do, with pauses."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(round(seconds * rate_hz)))
    frequencies = np.fft.rfftfreq(round(seconds * rate_hz), 1 / rate_hz)
    spectrum *= 1 / (1 + frequencies / 800) * (frequencies < 7_000) * (frequencies > 100)
    noise = np.fft.irfft(spectrum, round(seconds * rate_hz))
    times = np.arange(noise.size) / rate_hz
    envelope = np.clip(np.sin(2 * np.pi * 3 * times), 0, None) * (np.sin(2 * np.pi * 0.3 * times) > -0.8)
    voiced = noise * envelope
    return np.asarray(voiced / np.sqrt(np.mean(voiced**2)) * level, dtype=np.float32)


def pcm_of(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes()


def master(
    samples: Samples, rate_hz: int, *, gain_db: float, piece_s: float = 0.02
) -> tuple[Samples, Mastering]:
    mastering = Mastering(rate_hz, gain_db=gain_db)
    size = round(piece_s * rate_hz)
    pieces = [mastering.feed(pcm_of(samples[at : at + size])) for at in range(0, samples.size, size)]
    pcm = b"".join([*pieces, mastering.finish()])
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32_768), mastering


def true_peak_db(samples: Samples) -> float:
    spectrum = np.fft.rfft(samples)
    fine = np.fft.irfft(np.pad(spectrum, (0, samples.size * 2)), samples.size * 4) * 4
    return float(20 * np.log10(np.abs(fine).max()))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_loudness_is_what_another_meter_says(rate_hz: int) -> None:
    samples = np.concatenate(
        (speech_like(4, rate_hz), np.zeros(rate_hz, np.float32), speech_like(3, rate_hz, level=0.1))
    )
    measured = measure(samples, rate_hz)
    expected = loudness_lufs(samples, rate_hz, filter_class="DeMan")
    assert measured is not None
    assert measured.lufs == pytest.approx(expected, abs=0.05)


def test_silence_has_no_loudness() -> None:
    assert measure(np.zeros(24_000, np.float32), 24_000) is None
    assert measure(np.zeros(0, np.float32), 24_000) is None


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_voice_comes_out_at_the_target_and_under_the_ceiling(rate_hz: int, level: float) -> None:
    samples = speech_like(6, rate_hz, level=level)
    by_nature = measure(samples, rate_hz)
    assert by_nature is not None
    out, mastering = master(samples, rate_hz, gain_db=gain_for(by_nature.lufs))
    assert loudness_lufs(out, mastering.sample_rate_hz) == pytest.approx(-16.0, abs=1.0)
    assert true_peak_db(out) <= -1.0


def test_a_line_that_is_far_too_loud_is_turned_down_and_not_clipped() -> None:
    samples = speech_like(3, 24_000, level=0.1)
    out, _ = master(samples, 24_000, gain_db=20.0)
    assert true_peak_db(out) <= -1.0
    still = (np.diff(out) == 0) & (np.abs(out[1:]) > 0.5)
    assert not np.any(still[:-2] & still[1:-1] & still[2:])


def test_a_quiet_line_is_only_made_louder() -> None:
    samples = speech_like(2, 24_000, level=0.02)
    out, _ = master(samples, 24_000, gain_db=6.0)
    start = int(np.argmax(np.abs(samples) > 0.02))
    found = int(np.argmax(np.abs(out) > 0.02 * 10 ** (6 / 20)))
    middle = slice(2_000, 20_000)
    shifted = samples[start - found :][middle] * np.float32(10 ** (6 / 20))
    assert np.abs(out[middle] - shifted).max() < 1e-3


def test_the_natural_loudness_is_learned_whatever_the_gain_was() -> None:
    samples = speech_like(5, 22_050, level=0.03)
    expected = measure(samples, 22_050)
    _, mastering = master(samples, 22_050, gain_db=4.0)
    assert expected is not None
    assert mastering.loudness is not None
    assert mastering.loudness.lufs == pytest.approx(expected.lufs, abs=0.3)


def test_what_is_known_of_a_voice_moves_less_and_less() -> None:
    known = Loudness(-20.0, 0.0).with_line(Loudness(-20.0, 10.0))
    soon = known.with_line(Loudness(-14.0, 5.0))
    for _ in range(200):
        known = known.with_line(Loudness(-20.0, 10.0))
    late = known.with_line(Loudness(-14.0, 5.0))
    assert -20.0 < late.lufs < -19.8 < soon.lufs < -14.0


def test_silence_at_the_ends_is_cut_down_to_a_breath_and_kept_in_between() -> None:
    rate_hz = 24_000
    tone = (0.2 * np.sin(2 * np.pi * 300 * np.arange(rate_hz) / rate_hz)).astype(np.float32)
    gap = np.zeros(rate_hz // 2, np.float32)
    out, _ = master(np.concatenate((gap, tone, gap, tone, gap)), rate_hz, gain_db=0.0)
    assert out.size / rate_hz == pytest.approx(2.5 + 0.16, abs=0.03)
    loud = np.flatnonzero(np.abs(out) > 0.01)
    assert loud[0] / rate_hz == pytest.approx(0.08, abs=0.02)
    assert (out.size - loud[-1]) / rate_hz == pytest.approx(0.08, abs=0.02)


def test_a_line_that_begins_and_ends_loud_does_not_click() -> None:
    rate_hz = 24_000
    tone = (0.5 * np.cos(2 * np.pi * 200 * np.arange(rate_hz) / rate_hz)).astype(np.float32)
    out, _ = master(tone, rate_hz, gain_db=0.0)
    assert abs(out[0]) < 0.01
    assert abs(out[-1]) < 0.01
    assert np.abs(np.diff(out)).max() < 0.06


def test_pieces_of_any_size_give_the_same_sound() -> None:
    samples = speech_like(2, 22_050)
    whole, _ = master(samples, 22_050, gain_db=3.0, piece_s=5.0)
    for piece_s in (0.001, 0.013, 0.2):
        cut, _ = master(samples, 22_050, gain_db=3.0, piece_s=piece_s)
        assert cut.size == whole.size
        assert np.abs(cut - whole).max() <= 2 / 32_768


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_no_more_than_20_ms_are_held_back(rate_hz: int) -> None:
    tone = (0.3 * np.sin(2 * np.pi * 250 * np.arange(rate_hz) / rate_hz)).astype(np.float32)
    mastering = Mastering(rate_hz, gain_db=0.0)
    piece = round(0.02 * rate_hz)
    given = 0
    for at in range(0, tone.size - piece, piece):
        given += len(mastering.feed(pcm_of(tone[at : at + piece]))) // 2
        held_back_s = (at + piece) / rate_hz - given / mastering.sample_rate_hz
        assert held_back_s <= 0.020


def test_nothing_to_hear_gives_nothing() -> None:
    out, mastering = master(np.zeros(24_000, np.float32), 24_000, gain_db=20.0)
    assert out.size == 0
    assert mastering.loudness is None


def test_the_resampler_keeps_a_tone_a_tone() -> None:
    rate_hz = 22_050
    tone = np.sin(2 * np.pi * 3_000 * np.arange(rate_hz) / rate_hz).astype(np.float32)
    resampler = Resampler(rate_hz, 24_000)
    out = np.concatenate([*(resampler.feed(piece) for piece in np.split(tone, 50)), resampler.finish()])
    ideal = np.sin(2 * np.pi * 3_000 * np.arange(out.size) / 24_000)
    assert np.abs(out - ideal)[100:-100].max() < 1e-3
    assert out.size == pytest.approx(24_000, abs=2)


def test_mastering_is_far_faster_than_speech() -> None:
    """Not a benchmark: a guard against work that grows with the line's length."""
    samples = speech_like(20, 22_050)
    begun_s = time.process_time()
    master(samples, 22_050, gain_db=6.0)
    assert time.process_time() - begun_s < 5.0
