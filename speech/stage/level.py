"""Tracks how loud a voice is, and returns the gain for its next line."""

from speech.stage.sound.loudness import Loudness, gain_for

# Typical of synthetic voices. Used only for the first line of a voice that was never measured.
USUAL_LUFS = -20.0


class Level:
    """One voice's loudness, shared by all its speakers. `known` is None before its first line."""

    def __init__(self, known: Loudness | None = None) -> None:
        self.known = known

    @property
    def gain_db(self) -> float:
        """The gain that brings the voice to the target, in dB."""
        return gain_for(self.known.lufs if self.known else USUAL_LUFS)

    def learn(self, line: Loudness | None) -> None:
        """Add a line's loudness to the average; None for a silent line."""
        if line is not None:
            self.known = self.known.with_line(line) if self.known else line
