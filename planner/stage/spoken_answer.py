"""Decides when a language model's answer can be spoken."""

from planner.stage.cleaning import clean_for_speech
from planner.stage.model_text.slips import slip_of
from planner.stage.model_text.visible_text import Visible, VisibleText
from planner.stage.sentences import SentenceChunker
from providers.language_models.errors import LanguageModelError

# Well past what the token limit of a request allows: a sentence that goes on so long has no end.
MAX_UNBROKEN_CHARACTERS = 1_000


class SpokenAnswerCheck:
    """An `AnswerCheck` that accepts an answer once it holds a whole sentence that the host could say.

    Reasoning, error texts and refusals are none. It raises `LanguageModelError` when a sentence does not end.
    """

    def __init__(self) -> None:
        self._visible = VisibleText()
        self._chunker = SentenceChunker()
        self._unbroken = 0
        self._is_usable = False

    def push(self, text: str) -> bool:
        """Add the next piece of the model's text; return whether it completes a sentence."""
        sentences = self._sentences(self._visible.push(text))
        self._unbroken = len(text) if sentences else self._unbroken + len(text)
        if self._unbroken > MAX_UNBROKEN_CHARACTERS:
            raise LanguageModelError("The language model does not stop.")
        self._is_usable = self._is_usable or any(map(_is_sayable, sentences))
        return self._is_usable

    def finish(self) -> bool:
        """Return whether all that came can be spoken, though its last sentence may have no end."""
        rest = [*self._sentences(self._visible.finish()), *self._chunker.flush()]
        return self._is_usable or any(map(_is_sayable, rest))

    def _sentences(self, visible: Visible) -> list[str]:
        if visible.restarts:
            self._chunker, self._is_usable = SentenceChunker(), False
        return self._chunker.push(visible.text)


def _is_sayable(sentence: str) -> bool:
    return slip_of(sentence) is None and bool(clean_for_speech(sentence))
