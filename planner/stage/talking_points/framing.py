"""Turns a creator's talking point into a spoken line with a template."""

import time
from collections.abc import Callable

from planner.stage.cleaning import clean_for_speech, shorten
from planner.stage.lines import (
    BooksState,
    LineBook,
    fill,
    load_books,
    never,
    restore_books,
    snapshot_books,
    template_language,
)
from planner.stage.talking_points.wording import ENDINGS, after_colon, ended
from planner.stage.turn import Turn, TurnKind

MAX_CHARACTERS = 240  # leaves the frame its room within a reply
# A frame that is drawn has been used: a point that repeats itself must not use them all.
TRIES = 3
SENTENCE_WORDS = 6
PHRASE = "topic_phrase"


class TalkingPointTemplates:
    """The frames of one live, in every language there are ready lines in."""

    def __init__(self, *, seed: int = 0, now_s: Callable[[], float] = time.time) -> None:
        self._books = load_books(__package__, seed=seed, now_s=now_s)

    def line_for(self, turn: Turn, *, language: str, is_repeat: Callable[[str], bool] = never) -> str:
        """Return the turn's point in a template; an empty string without one, or if it is a repeat."""
        point = shorten(clean_for_speech(turn.point), MAX_CHARACTERS)
        if not point or is_repeat(point):
            return ""
        tongue = template_language(turn.language or language)
        book = self._books[tongue]
        point = after_colon(point, tongue)
        if turn.kind is TurnKind.TOPIC and not is_sentence(point):
            line = _draw(book, PHRASE, point.rstrip(",;:"), is_repeat)
            if line:
                return line
        return _draw(book, turn.kind.value, ended(point, tongue), is_repeat)

    def snapshot(self) -> BooksState:
        """Return which templates have been used."""
        return snapshot_books(self._books)

    def restore(self, saved: BooksState) -> None:
        """Continue from a snapshot."""
        restore_books(self._books, saved)


def is_sentence(point: str) -> bool:
    """Return whether a point is more than a noun and what belongs to it, by its ending or its length."""
    return point.endswith(ENDINGS) or (point[:1].isupper() and len(point.split()) >= SENTENCE_WORDS)


def _draw(book: LineBook, topic: str, point: str, is_repeat: Callable[[str], bool]) -> str:
    def spoken(frame: str) -> str:
        return fill(frame, name="", point=point)

    return book.draw_fresh(topic, spoken=spoken, is_repeat=is_repeat, tries=TRIES)
