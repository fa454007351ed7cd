"""Puts true answers into words."""

from collections.abc import Callable

from planner.stage.lines import BooksState, fill, load_books
from planner.stage.live_facts.answers import KnownAnswer
from planner.stage.live_facts.show_facts import FACT

# The key of these lines in a snapshot that also holds other lines by language.
_KEY = "facts/{language}"


class FactLines:
    """The lines of one live. `now_s` is wall-clock time."""

    def __init__(self, *, seed: int, now_s: Callable[[], float]) -> None:
        self._books = load_books(__package__, seed=seed, now_s=now_s)

    def line_for(
        self, answer: KnownAnswer, language: str, *, name: str, is_repeat: Callable[[str], bool]
    ) -> str:
        """Return an answer in a fresh line of a language; an empty string if none is fresh."""
        if answer.topic == FACT:
            fact = answer.words[FACT]
            return "" if is_repeat(fact) else fact

        def spoken(line: str) -> str:
            return fill(line, name=name, **answer.words)

        return self._books[language].draw_fresh(answer.topic, spoken=spoken, is_repeat=is_repeat)

    def snapshot(self) -> BooksState:
        """Return which lines have been used."""
        return {_KEY.format(language=language): book.snapshot() for language, book in self._books.items()}

    def restore(self, saved: BooksState) -> None:
        """Continue from a snapshot."""
        for language, book in self._books.items():
            book.restore(saved.get(_KEY.format(language=language), {}))
