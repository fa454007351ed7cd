"""What was sent and what was played, held against each other: gaps, clicks, loudness, peaks, captions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.overlay.hosting import Said
from tests.overlay.tape import Recording, Samples, Shown

HEAD_S = 1.0  # of an utterance: what it is found by
SEARCH_S = 20.0
SAME = 1e-3  # full scale is 1; what was sent has steps of 3e-5
AGAIN_AFTER_S, AGAIN_S = 0.03, 0.05  # behind a fault: the stretch by which the rest is found
LONGEST_GAP_S = 2.0
AUDIBLE = 0.01
CLICK = 0.02
NEAR_S = 0.01
OVERSAMPLING = 4
BLOCK = 1 << 15


@dataclass(slots=True)
class Played:
    """One utterance as it was heard. Where samples could not be found again they are `missing`."""

    said: Said
    places: list[tuple[int, int]]  # from which sample on what was sent is where in the recording
    missing: int = 0
    gaps_ms: list[float] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.places[0][1]

    def place_of(self, sample: int) -> int:
        """Return where a sample that was sent is in the recording."""
        since, place = next(each for each in reversed(self.places) if each[0] <= sample or each[0] == 0)
        return place + sample - since

    @property
    def end(self) -> int:
        return self.place_of(self.said.samples.size)


def find_all(said: Sequence[Said], recording: Recording, *, after: int) -> list[Played]:
    """Find utterances in the order in which they were sent, from a place in the recording on."""
    found: list[Played] = []
    for each in said:
        found.append(_find(each, recording, found[-1].end if found else after))
    return found


def _find(said: Said, recording: Recording, after: int) -> Played:
    sent, rate = said.samples, said.rate_hz
    start = _best(recording.samples[after : after + round(SEARCH_S * rate)], sent[: round(HEAD_S * rate)])
    played = Played(said, [(0, after + start)])
    at = 0
    while at < sent.size:
        got = recording.samples[played.place_of(at) :][: sent.size - at]
        differs = np.abs(sent[at : at + got.size] - got) > SAME
        if not differs.any():
            played.missing += sent.size - at - got.size
            break
        at = _go_on(played, recording, at + int(np.argmax(differs)))
    return played


def _go_on(played: Played, recording: Recording, fault: int) -> int:
    """Find what follows a fault, and return from where on it is followed again."""
    sent, rate = played.said.samples, played.said.rate_hz
    again = fault + round(AGAIN_AFTER_S * rate)
    needle = sent[again : again + round(AGAIN_S * rate)]
    expected = played.place_of(again)
    stretch = recording.samples[expected : expected + round(LONGEST_GAP_S * rate) + needle.size]
    played.missing += min(again, sent.size) - fault
    if needle.size < round(AGAIN_S * rate) or stretch.size < needle.size:
        return int(sent.size)
    later = _best(stretch, needle)
    if np.abs(stretch[later : later + needle.size] - needle).max() > SAME:
        return again
    if later:
        played.gaps_ms.append(1000 * later / rate)
        played.places.append((again, expected + later))
    return again


def _best(where: Samples, what: Samples) -> int:
    """Return where a stretch fits best."""
    size = where.size + what.size
    found = np.fft.irfft(np.fft.rfft(where, size) * np.conj(np.fft.rfft(what, size)), size)
    energy = np.concatenate(([0.0], np.cumsum(where.astype(np.float64) ** 2)))
    places = where.size - what.size + 1
    assert places > 0, "less was played than was sent"
    loud = energy[what.size :][:places] - energy[:places]
    return int(np.argmax(found[:places] / np.sqrt(loud + 1e-3)))


def worst_click(played: Played, recording: Recording) -> float:
    """Return the largest bend where two chunks meet, or at the ends, that stands out from those around it.

    A bend is how far a sample lies off the line through its neighbours, with 1 for full scale.
    """
    near = round(NEAR_S * recording.rate_hz)
    bends = np.abs(np.convolve(recording.samples, [1.0, -2.0, 1.0], mode="same"))
    worst = 0.0
    joins = [0, *played.said.joins, played.said.samples.size]
    for join in map(played.place_of, joins):
        here = float(bends[join - 2 : join + 2].max())
        around = np.concatenate((bends[join - near : join - 2], bends[join + 2 : join + near]))
        if here > 2 * float(around.max()):
            worst = max(worst, here)
    return worst


def caption_delays_ms(
    played: Played, recording: Recording, shown: Sequence[tuple[str, float]]
) -> list[float]:
    """Return how long after its sentence's first audible sample each caption came; nan where none did."""
    delays = []
    for text, at_ms in played.said.sentences:
        place = played.place_of(round(at_ms * played.said.rate_hz / 1000))
        audible = place + int(np.argmax(np.abs(recording.samples[place:]) > AUDIBLE))
        began = recording.time_of(audible)
        near = [at for words, at in shown if words.strip() == text.strip() and abs(at - began) < 2.0]
        delays.append(1000 * (min(near, key=lambda at: abs(at - began)) - began) if near else float("nan"))
    return delays


def captions_on(index: int, shown: Sequence[Shown]) -> list[tuple[str, float]]:
    """Return the captions with their times on one context's clock."""
    return [(each.text, each.times[index]) for each in shown if index < len(each.times)]


def loudness_lufs(samples: Samples, rate_hz: int, **meter: str) -> float:
    """Return the integrated loudness by ITU-R BS.1770, as pyloudnorm's meter measures it."""
    import pyloudnorm  # brings scipy, which takes a second to import: few tests need it

    return float(pyloudnorm.Meter(rate_hz, **meter).integrated_loudness(samples.astype(np.float64)))


def true_peak_dbtp(samples: Samples) -> float:
    """Return the highest level between the samples, in blocks that overlap."""
    highest = 1e-9
    margin = 256
    padded = np.pad(samples, (margin, margin + BLOCK))
    for at in range(0, samples.size, BLOCK):
        block = padded[at : at + BLOCK + 2 * margin]
        fine = _oversampled(block)[OVERSAMPLING * margin : -OVERSAMPLING * margin]
        highest = max(highest, float(np.abs(fine).max()))
    return float(20 * np.log10(highest))


def _oversampled(block: Samples) -> NDArray[np.float64]:
    # Faded at its ends, which are cut off: the transform takes it for a circle.
    window = np.ones(block.size)
    ramp = np.linspace(0, 1, 64)
    window[:64], window[-64:] = ramp, ramp[::-1]
    spectrum = np.fft.rfft(block * window)
    size = block.size * OVERSAMPLING
    return np.fft.irfft(np.pad(spectrum, (0, size // 2 + 1 - spectrum.size)), size) * OVERSAMPLING
