"""Makes the examples that the intent model is trained on from the phrasings."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from planner.stage.intents.classifier import OTHER
from planner.stage.intents.features import buckets_of, words_of
from planner.stage.intents.phrasings import read_phrasings, samples_of
from planner.stage.lines import LANGUAGES

FOLDS = 4
# What viewers put before and after what they mean; in front of every intent, so that it means none.
AROUND = {
    "it": (
        ("ciao", "ma", "raga", "scusa", "ehi", "senti", "oh", "bro", "allora"),
        ("dai", "😂", "per favore", "raga", "boh", "🙏"),
    ),
    "en": (
        ("hey", "bro", "so", "hi", "yo", "ok", "wait", "lol", "um"),
        ("pls", "lol", "😂", "please", "bro", "tho", "🙏"),
    ),
    "de": (
        ("hey", "hallo", "ey", "sag mal", "also", "na", "bro", "mal ne frage"),
        ("bitte", "😂", "digga", "bro", "mal", "🙏"),
    ),
}
ALONE = frozenset({"greeting", "bye", "laugh", "emoji", "agree", "disagree", "wow", OTHER})


@dataclass(frozen=True, slots=True)
class Example:
    """One phrasing: the buckets of its n-grams, its label's number, its words and the fold of its line.

    All phrasings of one line are in one fold, so that a model trained on other folds has not seen the line.
    """

    buckets: NDArray[np.int32]
    label: int
    words: int
    fold: int


def make_examples(seed: int = 7) -> tuple[list[Example], tuple[str, ...]]:
    """Return the examples of all languages, shuffled, and the labels that they number."""
    random = Random(seed)  # noqa: S311 (no secret)
    books = {language: read_phrasings(language) for language in LANGUAGES}
    labels = tuple(sorted({intent for book in books.values() for intent in book}))
    rows = []
    for language, book in books.items():
        for intent, lines in book.items():
            for line in lines:
                fold = crc32(line.encode()) % FOLDS
                for text in _varied(samples_of(line, random), intent, language, random):
                    if words := words_of(text):
                        label = labels.index(intent)
                        rows.append(Example(buckets_of(text, language), label, len(words), fold))
    random.shuffle(rows)
    return rows, labels


def _varied(texts: list[str], intent: str, language: str, random: Random) -> Iterator[str]:
    before, after = AROUND[language]
    for text in texts:
        yield text
        if intent not in ALONE:
            chance = random.random()
            if chance < 0.3:
                yield f"{random.choice(before)} {text}"
            elif chance < 0.45:
                yield f"{text} {random.choice(after)}"
        if len(text) > 8 and random.random() < 0.3:
            yield _mistyped(text, random)


def _mistyped(text: str, random: Random) -> str:
    place = random.randrange(1, len(text) - 1)
    if random.random() < 0.5:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
