"""Words what the documents say, or that they do not say it, in Italian, English and German."""

from collections.abc import Callable, Iterator, Sequence

from planner.stage.documents.port import DocumentAnswer
from planner.stage.lines import BooksState, fill, load_books, template_language
from planner.stage.names import called_together
from planner.stage.turn import Turn
from planner.stage.viewers import names_of

MAX_SENTENCES = 2
_KEY = "documents/{language}"


class DocumentReplies:
    """The lines of one live. `now_s` is wall-clock time."""

    def __init__(self, *, seed: int, now_s: Callable[[], float]) -> None:
        self._books = load_books(__package__, seed=seed, now_s=now_s)

    def sentences(self, answer: DocumentAnswer, turn: Turn, language: str) -> Iterator[str]:
        """Yield at most two sentences: what the documents say, or that they do not."""
        book = self._books[template_language(language)]
        if answer.is_refusal:
            yield fill(book.draw("unknown"), name=_called(names_of(turn), turn, language))
            return
        said = answer.sentences[:MAX_SENTENCES]
        if answer.is_doubtful:
            yield book.draw("doubtful")
            said = said[: MAX_SENTENCES - 1]
        yield from said

    def snapshot(self) -> BooksState:
        """Return which lines have been used."""
        return {_KEY.format(language=language): book.snapshot() for language, book in self._books.items()}

    def restore(self, saved: BooksState) -> None:
        """Continue from a snapshot."""
        for language, book in self._books.items():
            book.restore(saved.get(_KEY.format(language=language), {}))


def _called(names: Sequence[str], turn: Turn, language: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return called_together(names, more=1 + len(turn.also) - len(names), language=language)
