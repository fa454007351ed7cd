"""Decides when a language model's answer can be spoken."""

from planner.stage.cleaning import clean_for_speech
from planner.stage.sentences import SentenceChunker
from providers.language_models.errors import LanguageModelError

# Well past what the token limit of a request allows: a sentence that goes on so long has no end.
MAX_UNBROKEN_CHARACTERS = 1_000


class SpokenAnswerCheck:
    """An `AnswerCheck` that accepts an answer once it holds a whole sentence that a voice can say.

    It raises `LanguageModelError` when a sentence does not end.
    """

    def __init__(self) -> None:
        self._chunker = SentenceChunker()
        self._text = ""
        self._unbroken = 0
        self._is_usable = False

    def push(self, text: str) -> bool:
        """Take the next piece; return whether a sentence is complete."""
        sentences = self._chunker.push(text)
        self._unbroken = len(text) if sentences else self._unbroken + len(text)
        if self._unbroken > MAX_UNBROKEN_CHARACTERS:
            raise LanguageModelError("The language model does not stop.")
        if not self._is_usable:
            self._text += text
            self._is_usable = any(clean_for_speech(sentence) for sentence in sentences)
        return self._is_usable

    def finish(self) -> bool:
        """Return whether all that came can be spoken, though its last sentence may have no end."""
        return self._is_usable or bool(clean_for_speech(self._text))
