"""Filters a reply's sentences while the model writes them."""

import logging
from collections.abc import Callable

from planner.stage.output_gate import OF_ONE_SENTENCE, OutputGate, Refusal
from planner.stage.repetition import is_short

logger = logging.getLogger(__name__)

MAX_SENTENCES = 2
MAX_CHARACTERS = 300


class Draft:
    """Holds back sentences that the gate refuses, that repeat, or that are too many. `said` is the result.

    A sentence is released at once, except a short one that was said before: it waits for the next sentence,
    because `Ciao Marco!` may begin many replies but must not be two whole replies.

    - `repeated`: what was too close to an earlier reply.
    - `refused`: the reason of the first refusal.
    - `closed`: no further sentence is needed.
    """

    def __init__(self, gate: OutputGate, is_repeat: Callable[[str], bool]) -> None:
        self.said: list[str] = []
        self.repeated = ""
        self.refused: Refusal | None = None
        self.closed = False
        self._is_thinking = False
        self._gate = gate
        self._is_repeat = is_repeat
        self._held = ""

    def begin_again(self) -> None:
        """Reset for another attempt at the same reply."""
        self.repeated, self._held, self.closed = "", "", False
        self._is_thinking = False

    def restart(self) -> None:
        """Forget the sentences that wait: the model has only now begun what it wants to say."""
        self._held, self._is_thinking = "", False
        self.closed = len(self.said) >= MAX_SENTENCES

    def take(self, sentence: str) -> list[str]:
        """Add a written sentence; return the sentences that may be said now."""
        judgement = self._gate.review(sentence)
        if judgement.refusal is not None:
            self._refuse(judgement.refusal)
            return []
        text = judgement.text
        if not text or self.closed or self._is_thinking:
            return []
        waiting = [self._held] if self._held else []
        if unfounded := self._gate.unfounded_together([*self.said, *waiting], text):
            self._refuse(unfounded)
            return []
        if is_short(text) and not (self.said or self._held) and self._is_repeat(text):
            self._held = text
            return []
        return self._admit(text)

    def finish(self) -> None:
        """End the draft after the model's last sentence."""
        if self._held and not self.said:
            self.repeated = self._held

    def _refuse(self, refusal: Refusal) -> None:
        logger.info("sentence held back: reason=%s", refusal.value)
        self.refused = self.refused or refusal
        if refusal is Refusal.PLANNING and not self.said:
            # Thoughts follow each other; the words to say come after a sign that they are over.
            self._is_thinking = True
        elif refusal not in OF_ONE_SENTENCE:
            self.closed = True

    def _admit(self, text: str) -> list[str]:
        new = [self._held, text] if self._held else [text]
        whole = " ".join([*self.said, *new])
        if (not is_short(text) and self._is_repeat(text)) or (self.said + new[1:] and self._is_repeat(whole)):
            self.closed = True
            self.repeated = "" if self.said else whole
            return []
        if len(whole) > MAX_CHARACTERS:
            self.closed = True
            return []
        self.said += new
        self._held = ""
        self.closed = len(self.said) >= MAX_SENTENCES
        return new
