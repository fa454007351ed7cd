"""Answers serious comments with short kind lines of their own class, in Italian, English and German."""

from collections.abc import Callable, Sequence

from planner.stage.language_detection import primary_language
from planner.stage.lines import FALLBACK, BooksState, LineBook, load_lines
from planner.stage.serious.topics import LANGUAGES, SeriousTopic

# The key of these lines in a snapshot that also holds other lines by language.
_KEY = "serious/{language}"
# These get an answer even if all lines were said of late; the others get silence.
_OWED = frozenset({SeriousTopic.EMERGENCY})


class SeriousReplies:
    """The lines of one live. `now_s` is wall-clock time."""

    def __init__(self, *, seed: int, now_s: Callable[[], float]) -> None:
        self._books = {
            language: LineBook(
                load_lines(__package__, f"lines_{language}.toml"),
                seed=f"{seed}/serious/{language}",
                now_s=now_s,
            )
            for language in LANGUAGES
        }

    def line_for(
        self,
        topic: SeriousTopic,
        tags: Sequence[str],
        *,
        spoken: Callable[[str], str],
        is_repeat: Callable[[str], bool],
    ) -> str:
        """Return a line in the first language of `tags` that has any, else in English; empty for silence."""
        known = (language for tag in tags if (language := primary_language(tag)) in self._books)
        book = self._books[next(known, FALLBACK)]
        line = book.draw_fresh(topic, spoken=spoken, is_repeat=is_repeat)
        return line or (spoken(book.draw(topic)) if topic in _OWED else "")

    def snapshot(self) -> BooksState:
        """Return which lines have been used."""
        return {_KEY.format(language=language): book.snapshot() for language, book in self._books.items()}

    def restore(self, saved: BooksState) -> None:
        """Continue from a snapshot."""
        for language, book in self._books.items():
            book.restore(saved.get(_KEY.format(language=language), {}))
