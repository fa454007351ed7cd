import numpy as np
import pytest

from encoder.mixer.buses import MusicBus, VoiceBus
from encoder.mixer.ducking import Ducker
from encoder.mixer.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENCE, SILENT_PCM, Samples, to_pcm
from encoder.mixer.limiter import CEILING, PeakLimiter
from encoder.mixer.mixer import Mixer
from speech.stage.audio import AudioChunk
from speech.stage.sound.loudness import measure

SECOND = SAMPLE_RATE_HZ


def tone(seconds: float, hz: float = 440.0, level: float = 0.2) -> Samples:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * SECOND)) / SECOND)).astype(np.float32)


def noise(seconds: float, level: float = 0.1) -> Samples:
    shape = (round(seconds * SECOND), 2)
    return (level * np.random.default_rng(7).standard_normal(shape)).astype(np.float32)


def chunk(samples: Samples, rate_hz: int = SAMPLE_RATE_HZ) -> AudioChunk:
    return AudioChunk((samples * 32767).astype("<i2").tobytes(), rate_hz)


def mixed(mixer: Mixer, seconds: float) -> Samples:
    return np.concatenate([mixer.next_frame() for _ in range(round(seconds * 50))])


def level_db(samples: Samples) -> float:
    return 20 * float(np.log10(np.sqrt(np.mean(np.square(samples))) + 1e-12))


def test_when_nothing_sounds_a_frame_is_true_zeros() -> None:
    mixer = Mixer(VoiceBus(), MusicBus())
    assert all(mixer.next_frame() is SILENCE for _ in range(10))
    assert mixer.next_pcm() == SILENT_PCM == bytes(3840)


def test_after_a_line_come_true_zeros_again() -> None:
    voice = VoiceBus()
    mixer = Mixer(voice, MusicBus())
    voice.write(chunk(tone(0.1)))
    frames = [mixer.next_frame() for _ in range(10)]
    assert frames[0].any()
    assert all(frame is SILENCE for frame in frames[6:])


def test_frames_are_exact_and_a_line_is_as_long_as_it_was() -> None:
    voice = VoiceBus()
    mixer = Mixer(voice, MusicBus())
    line = tone(1.0)
    voice.write(chunk(line))
    out = mixed(mixer, 1.2)
    assert out.shape == (57_600, 2)
    delayed = out[240 : 240 + len(line), 0]
    assert np.abs(delayed - line).max() < 1e-3


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000, 44_100])
def test_a_voice_of_any_rate_keeps_its_length_and_level(rate_hz: int) -> None:
    voice = VoiceBus()
    samples = (0.2 * np.sin(2 * np.pi * 300 * np.arange(rate_hz) / rate_hz)).astype(np.float32)
    for piece in np.array_split(samples, 13):
        voice.write(chunk(piece, rate_hz))
    voice.end_line()
    assert voice.queued == pytest.approx(SECOND, abs=32)
    assert level_db(mixed(Mixer(voice, MusicBus()), 0.9)) == pytest.approx(level_db(tone(0.9)), abs=0.2)


def test_music_is_at_28_lufs_and_repeated_without_a_gap() -> None:
    music = noise(1.37)
    out = mixed(Mixer(VoiceBus(), MusicBus(music)), 5.0)
    power = sum(10 ** (found.lufs / 10) for side in out.T if (found := measure(side.copy(), SECOND)))
    assert 10 * np.log10(power) == pytest.approx(-28.0, abs=0.3)
    turn = len(music)
    assert np.allclose(out[240:turn], out[240 + turn : 2 * turn], atol=1e-6)


def test_music_is_12_db_lower_while_the_host_speaks() -> None:
    ducker = Ducker()
    speech = np.full(FRAME_SAMPLES, 0.1, dtype=np.float32)
    gains = [ducker.gains(speech) for _ in range(10)]
    down = np.concatenate([gain for gain in gains if gain is not None])
    assert 20 * np.log10(down[round(0.05 * SECOND)]) == pytest.approx(-12.0, abs=0.2)
    assert 20 * np.log10(down[round(0.01 * SECOND)]) > -9.0, "not at once"
    for _ in range(14):
        ducker.gains(None)  # pauses between words
    held = ducker.gains(None)
    assert held is not None
    up = np.concatenate([gain for _ in range(30) if (gain := ducker.gains(None)) is not None])
    assert 20 * np.log10(up[round(0.4 * SECOND)]) == pytest.approx(0.0, abs=0.2)
    assert 20 * np.log10(up[round(0.1 * SECOND)]) < -2.0
    assert [ducker.gains(None) for _ in range(60)][-1] is None


def test_soft_noise_of_a_voice_lowers_no_music() -> None:
    assert Ducker().gains(np.full(FRAME_SAMPLES, 0.001, dtype=np.float32)) is None


def test_nothing_is_louder_than_1_db_below_full_scale() -> None:
    limiter = PeakLimiter()
    rng = np.random.default_rng(3)
    frames = [
        (rng.standard_normal((FRAME_SAMPLES, 2)) * scale).astype(np.float32) for scale in (0.1, 3, 0.2, 9)
    ]
    out = np.concatenate([limiter.feed(frame) for frame in [*frames, SILENCE, SILENCE, SILENCE]])
    assert np.abs(out).max() <= CEILING + 1e-6


def test_a_soft_signal_is_not_changed_by_the_limiter() -> None:
    limiter, frame = PeakLimiter(), noise(0.02)
    out = np.concatenate([limiter.feed(frame), limiter.feed(SILENCE)])
    assert np.array_equal(out[240 : 240 + FRAME_SAMPLES], frame)


def test_a_cut_line_fades_within_5_ms_and_a_muted_one_is_silent() -> None:
    voice = VoiceBus()
    mixer = Mixer(voice, MusicBus())
    voice.write(chunk(tone(2.0)))
    mixed(mixer, 0.1)
    voice.cut()
    assert voice.queued == 240
    assert [mixer.next_frame() for _ in range(8)][-1] is SILENCE
    voice.write(chunk(tone(2.0)))
    mixer.is_muted = True
    assert [mixer.next_frame() for _ in range(8)][-1] is SILENCE


def test_a_minute_of_speech_is_queued_at_most() -> None:
    voice = VoiceBus()
    piece = chunk(tone(1.0))
    taken = [voice.write(piece) for _ in range(70)]
    assert taken.count(True) == 61
    assert voice.queued <= 61 * SECOND


def test_samples_beyond_full_scale_become_the_largest_number() -> None:
    pcm = np.frombuffer(to_pcm(np.full((FRAME_SAMPLES, 2), 2.0, dtype=np.float32)), dtype="<i2")
    assert set(pcm.tolist()) == {32767}
