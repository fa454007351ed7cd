"""What listens finds what it is there to find."""

from uuid import uuid4

import numpy as np
import pytest

from speech.stage.audio import AudioChunk
from tests.overlay import proof
from tests.overlay.hosting import Said
from tests.overlay.tape import Recording, Samples

RATE_HZ = 24_000
CHUNK = 4_800
QUIET = np.zeros(RATE_HZ // 2, np.float32)


def make_said() -> Said:
    rng = np.random.default_rng(1)
    smooth = np.convolve(rng.standard_normal(3 * RATE_HZ), np.hanning(40) / 20, mode="same")
    pcm = (smooth * 4_000).astype("<i2")
    chunks = [AudioChunk(pcm[at : at + CHUNK].tobytes(), RATE_HZ) for at in range(0, pcm.size, CHUNK)]
    return Said(uuid4(), chunks, [("Ciao.", 0), ("Come stai?", 1_000)])


def record(*parts: Samples) -> Recording:
    return Recording(RATE_HZ, 0, np.concatenate((QUIET, *parts, QUIET)), 0)


def listen(said: Said, recording: Recording) -> proof.Played:
    return proof.find_all([said], recording, after=0)[0]


def test_what_was_played_as_it_was_sent_has_no_fault() -> None:
    said = make_said()
    played = listen(said, record(said.samples))
    assert played.start == QUIET.size
    assert (played.missing, played.gaps_ms) == (0, [])
    assert proof.worst_click(played, record(said.samples)) < proof.CLICK


def test_a_gap_is_found_and_measured() -> None:
    said = make_said()
    heard = record(said.samples[:30_000], np.zeros(720, np.float32), said.samples[30_000:])
    played = listen(said, heard)
    assert played.gaps_ms == [pytest.approx(30.0, abs=0.1)]
    assert played.end == heard.samples.size - QUIET.size


def test_what_is_missing_is_found() -> None:
    said = make_said()
    hole = said.samples.copy()
    hole[30_000:32_000] = 0
    assert listen(said, record(hole)).missing >= 2_000


def test_a_click_where_chunks_meet_is_found() -> None:
    said = make_said()
    clicking = said.samples.copy()
    clicking[said.joins[3]] += 0.3
    played = listen(said, record(said.samples))
    assert proof.worst_click(played, record(clicking)) > proof.CLICK


def test_a_caption_is_late_by_what_it_comes_after_its_sentence() -> None:
    said = make_said()
    recording = record(said.samples)
    shown = [("Ciao.", 0.6), ("Come stai?", 1.45)]
    assert proof.caption_delays_ms(listen(said, recording), recording, shown) == [
        pytest.approx(100, abs=5),
        pytest.approx(-50, abs=5),
    ]


def test_a_peak_between_the_samples_is_seen() -> None:
    steps = np.arange(RATE_HZ)
    tone = (0.5 * np.sin(np.pi / 2 * steps + np.pi / 4)).astype(np.float32)
    assert 20 * np.log10(np.abs(tone).max()) == pytest.approx(-9.03, abs=0.01)
    assert proof.true_peak_dbtp(tone) == pytest.approx(-6.02, abs=0.1)
