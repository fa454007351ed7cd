"""Ready lines: topics with their lines go in, lines that do not repeat before all were used come out."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from random import Random

LANGUAGES = ("it", "en")
FALLBACK = "en"

_NAME_FIRST = re.compile(r"(^|(?<=[.!?] ))\{name\}[,!.]? ")
_NAME_LATER = re.compile(r",? ?\{name\}")
_SENTENCE_START = re.compile(r"(^|(?<=[.!?] ))[^\W\d_]")


def ready_language(tag: str) -> str:
    """Return which of `LANGUAGES` serves a language tag such as `it-IT`; English serves all others."""
    primary = re.split("[-_]", tag.casefold(), maxsplit=1)[0]
    return primary if primary in LANGUAGES else FALLBACK


@cache
def load_lines(package: str, filename: str) -> Mapping[str, tuple[str, ...]]:
    """Read a TOML file of `topic = [lines]` that lies in `package`."""
    topics = tomllib.loads(files(package).joinpath(filename).read_text(encoding="utf-8"))
    return {topic: tuple(lines) for topic, lines in topics.items()}


def fill(line: str, *, name: str, **words: str) -> str:
    """Put the words into a line. A line only ever calls the viewer by name, so without one the call goes."""
    if not name:
        line = _NAME_LATER.sub("", _NAME_FIRST.sub("", line))
    spoken = line.format(name=name, **words)
    return _SENTENCE_START.sub(lambda first: first[0].upper(), spoken)


class LineBook:
    """One language's lines by topic. All of a topic are drawn, in seeded order, before one comes back."""

    def __init__(self, topics: Mapping[str, Sequence[str]], *, seed: str) -> None:
        self._topics = topics
        self._seed = seed
        self._waiting: dict[str, list[str]] = {}
        self._random: dict[str, Random] = {}
        self._last: dict[str, str] = {}

    def __contains__(self, topic: str) -> bool:
        return topic in self._topics

    def draw(self, topic: str) -> str:
        """Return the next line of a topic, never the one before again while there is another."""
        if not self._waiting.get(topic):
            self._waiting[topic] = self._shuffled(topic)
        self._last[topic] = self._waiting[topic].pop()
        return self._last[topic]

    def _shuffled(self, topic: str) -> list[str]:
        # A generator for each topic: what is drawn from one does not change the order of another.
        random = self._random.setdefault(topic, Random(f"{self._seed}/{topic}"))  # noqa: S311 (no secret)
        lines = list(self._topics[topic])
        random.shuffle(lines)
        if lines[-1] == self._last.get(topic):
            lines[0], lines[-1] = lines[-1], lines[0]
        return lines
