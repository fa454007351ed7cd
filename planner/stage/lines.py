"""Canned lines by topic; a line is used again after half an hour at the earliest."""

import re
import time
import tomllib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from random import Random

LANGUAGES = ("it", "en", "de")
FALLBACK = "en"
REST_S = 30 * 60.0

BooksState = Mapping[str, Mapping[str, Mapping[str, float]]]

_NAME_FIRST = re.compile(r"(^|(?<=[.!?:] ))\{name\}[,!.]? ")
_NAME_LATER = re.compile(r",? ?\{name\}")
_SENTENCE_START = re.compile(r"(^|(?<=[.!?] ))[^\W\d_]")


def template_language(tag: str) -> str:
    """Return the language of `LANGUAGES` for a tag such as `it-IT`; English for all others."""
    primary = re.split("[-_]", tag.casefold(), maxsplit=1)[0]
    return primary if primary in LANGUAGES else FALLBACK


@cache
def load_lines(package: str, filename: str) -> Mapping[str, tuple[str, ...]]:
    """Read a TOML file of `topic = [lines]` that lies in `package`."""
    topics = tomllib.loads(files(package).joinpath(filename).read_text(encoding="utf-8"))
    return {topic: tuple(lines) for topic, lines in topics.items()}


def fill(line: str, *, name: str, **words: str) -> str:
    """Fill a line's placeholders. Without a viewer's name, the address is removed."""
    if not name:
        line = _NAME_LATER.sub("", _NAME_FIRST.sub("", line))
    spoken = line.format(name=name, **words)
    return _SENTENCE_START.sub(lambda first: first[0].upper(), spoken)


class LineBook:
    """One language's lines by topic, in seeded order; the line used longest ago comes first.

    `now_s` is wall-clock time, so that another worker can continue from a snapshot.
    """

    def __init__(
        self,
        topics: Mapping[str, Sequence[str]],
        *,
        seed: str,
        rest_s: float = REST_S,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._topics = topics
        self._seed = seed
        self._rest_s = rest_s
        self._now_s = now_s
        self._orders: dict[str, deque[int]] = {}
        self._used_at_s: dict[str, dict[int, float]] = {}

    def __contains__(self, topic: str) -> bool:
        return topic in self._topics

    def draw(self, topic: str) -> str:
        """Return a topic's line that was used longest ago, even if too recently."""
        return self._use(topic)

    def draw_fresh(
        self,
        topic: str,
        *,
        spoken: Callable[[str], str],
        is_repeat: Callable[[str], bool],
        tries: int | None = None,
    ) -> str:
        """Return a topic's line as it is `spoken`; an empty string if none qualifies.

        A line qualifies if it was not used recently and is no repeat. At most `tries` lines are checked; None
        checks all.
        """
        looked_at = 0
        while self._has_rested(topic) and looked_at != tries:
            looked_at += 1
            line = spoken(self._use(topic))
            if not is_repeat(line):
                return line
        return ""

    def snapshot(self) -> dict[str, dict[str, float]]:
        """Return when each recently used line was used, by topic and index."""
        return {
            topic: {str(place): at_s for place, at_s in used.items() if self._is_resting(at_s)}
            for topic, used in self._used_at_s.items()
        }

    def restore(self, saved: Mapping[str, Mapping[str, float]]) -> None:
        """Continue from a snapshot; unknown lines are ignored."""
        for topic, used in saved.items():
            order = self._order(topic) if topic in self._topics else ()
            for place, at_s in sorted(used.items(), key=lambda use: use[1]):
                if int(place) in order:
                    self._note(topic, int(place), at_s)

    def _has_rested(self, topic: str) -> bool:
        """Return whether a line of the topic may be used again."""
        # The first of the order was used before all others.
        used_at_s = self._used_at_s.get(topic, {}).get(self._order(topic)[0])
        return used_at_s is None or not self._is_resting(used_at_s)

    def _is_resting(self, used_at_s: float) -> bool:
        return self._now_s() - used_at_s < self._rest_s

    def _use(self, topic: str) -> str:
        place = self._order(topic)[0]
        self._note(topic, place, self._now_s())
        return self._topics[topic][place]

    def _note(self, topic: str, place: int, at_s: float) -> None:
        order = self._order(topic)
        order.remove(place)
        order.append(place)
        self._used_at_s.setdefault(topic, {})[place] = at_s

    def _order(self, topic: str) -> deque[int]:
        order = self._orders.get(topic)
        if order is None:
            places = list(range(len(self._topics[topic])))
            # A generator for each topic: what is drawn from one does not change the order of another.
            Random(f"{self._seed}/{topic}").shuffle(places)  # noqa: S311 (no secret)
            order = self._orders[topic] = deque(places)
        return order


def load_books(package: str, *, seed: int, now_s: Callable[[], float]) -> dict[str, LineBook]:
    """Return the books that lie in a package, by language."""
    return {
        language: LineBook(
            load_lines(package, f"lines_{language}.toml"), seed=f"{seed}/{language}", now_s=now_s
        )
        for language in LANGUAGES
    }


def snapshot_books(books: Mapping[str, LineBook]) -> BooksState:
    return {language: book.snapshot() for language, book in books.items()}


def restore_books(books: Mapping[str, LineBook], saved: BooksState) -> None:
    for language, used in saved.items():
        if language in books:
            books[language].restore(used)


def never(line: str) -> bool:
    """Treat no line as a repeat."""
    return False
