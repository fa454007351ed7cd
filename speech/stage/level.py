"""How loud a voice is, learned as it speaks: lines go in, the gain for the next one comes out."""

from speech.stage.sound.loudness import Loudness, gain_for

# What most synthetic voices lie near. Only the first line of an unknown voice is spoken on this guess.
USUAL_LUFS = -20.0


class Level:
    """One voice's loudness, shared by all who speak with it. `known` is None before its first line."""

    def __init__(self, known: Loudness | None = None) -> None:
        self.known = known

    @property
    def gain_db(self) -> float:
        """The gain that brings the voice to the target, in dB."""
        return gain_for(self.known.lufs if self.known else USUAL_LUFS)

    def learn(self, line: Loudness | None) -> None:
        """Take in how loud a line was; None when there was nothing to be heard."""
        if line is not None:
            self.known = self.known.with_line(line) if self.known else line
