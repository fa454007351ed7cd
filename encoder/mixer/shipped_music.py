"""Composes the music that we ship: our own work, made when it is first used, always the same.

Each piece is a short loop of chords. Notes that sound beyond its end go on at its beginning, so that it
repeats without a gap.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from encoder.mixer.frames import CHANNELS, SAMPLE_RATE_HZ, Samples

PEAK = 0.5
A4_HZ, A4 = 440.0, 69


@dataclass(frozen=True, slots=True)
class Piece:
    """Chords as MIDI notes, one after the other, and how they are played. Times are in seconds."""

    chords: tuple[tuple[int, ...], ...]
    chord_s: float
    attack_s: float
    decay_s: float
    notes_a_chord: int  # 1: all at once; else one after the other
    overtones: tuple[float, ...]


PIECES: dict[str, Piece] = {
    "calm": Piece(
        ((45, 52, 57, 60, 64), (41, 48, 57, 60, 65), (48, 55, 60, 64, 67), (43, 50, 59, 62, 67)),
        4.0, 1.2, 4.5, 1, (1.0, 0.35, 0.12, 0.05),
    ),
    "evening": Piece(
        ((50, 57, 62, 65, 69), (46, 53, 62, 65, 70), (41, 53, 60, 65, 69), (48, 55, 60, 64, 67)),
        4.0, 0.02, 1.6, 8, (1.0, 0.5, 0.2, 0.1, 0.04),
    ),
    "morning": Piece(
        ((48, 64, 67, 72, 76), (45, 60, 64, 69, 76), (41, 60, 65, 69, 72), (43, 59, 62, 67, 74)),
        3.0, 0.005, 0.9, 6, (1.0, 0.25, 0.3, 0.05, 0.08),
    ),
}  # fmt: skip


@lru_cache(maxsize=len(PIECES))
def compose(key: str) -> Samples:
    """Return a piece of shape (n, 2); raise `KeyError` for an unknown one. Nobody may write to it."""
    piece = PIECES[key]
    music: Samples = np.zeros(
        (round(len(piece.chords) * piece.chord_s * SAMPLE_RATE_HZ), CHANNELS), np.float32
    )
    for number, chord in enumerate(piece.chords):
        for at_s, note, pan in _notes(piece, chord):
            _add(music, round((number * piece.chord_s + at_s) * SAMPLE_RATE_HZ), _tone(piece, note), pan)
    music *= np.float32(PEAK / np.abs(music).max())
    music.flags.writeable = False
    return music


def _notes(piece: Piece, chord: tuple[int, ...]) -> list[tuple[float, int, float]]:
    """Return when each note of a chord begins, which it is, and where it sounds (0 left, 1 right)."""
    places = [0.3 + 0.4 * at / (len(chord) - 1) for at in range(len(chord))]
    if piece.notes_a_chord == 1:
        return [(0.0, note, place) for note, place in zip(chord, places, strict=True)]
    upper = [*range(1, len(chord)), *range(len(chord) - 2, 1, -1)]
    step_s = piece.chord_s / piece.notes_a_chord
    rising = [upper[at % len(upper)] for at in range(piece.notes_a_chord)]
    played = [(at * step_s, chord[index], places[index]) for at, index in enumerate(rising)]
    return [(0.0, chord[0], 0.5), *played]


def _tone(piece: Piece, note: int) -> Samples:
    """Return one note: sines that fade, the higher ones sooner."""
    hertz = A4_HZ * 2 ** ((note - A4) / 12)
    seconds = np.arange(round((piece.attack_s + 2 * piece.decay_s) * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    rise = np.minimum(1.0, seconds / piece.attack_s)
    end = np.minimum(1.0, (seconds[-1] - seconds) / 0.05)
    tone = np.zeros_like(seconds)
    for number, strength in enumerate(piece.overtones, start=1):
        fade = np.exp(-seconds * number**0.5 * 2.2 / piece.decay_s)
        tone += strength * fade * np.sin(2 * np.pi * hertz * number * seconds)
    return np.asarray(tone * rise * end, dtype=np.float32)


def _add(music: Samples, begin: int, tone: Samples, pan: float) -> None:
    """Add a note; what reaches beyond the end sounds at the beginning."""
    before = min(len(tone), len(music) - begin)
    for channel, part in enumerate((np.cos(pan * np.pi / 2), np.sin(pan * np.pi / 2))):
        music[begin : begin + before, channel] += tone[:before] * np.float32(part)
        music[: len(tone) - before, channel] += tone[before:] * np.float32(part)
