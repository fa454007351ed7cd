"""Turns a comment into hashed signs: n-grams of words and letters, and patterns."""

import re
import unicodedata
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from planner.stage.intents.patterns import normalised, signs_of

BUCKETS = 1 << 15
MAX_CHARACTERS = 160
GRAMS = (3, 4, 5)
PATTERN_WEIGHT = 6  # a pattern counts as much as so many n-grams

_MENTION = re.compile(r"@[\w.]+")
_STRETCH = re.compile(r"(.)\1{2,}")
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the words in lower case, without accents, mentions and stretched letters."""
    bare = _MENTION.sub(" ", text[:MAX_CHARACTERS].replace("’", "'").casefold())
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _WORD.findall(_STRETCH.sub(r"\1", bare))


def buckets_of(text: str, language: str) -> NDArray[np.int32]:
    """Return the bucket of each different sign of a comment, shape (n,); none if it has no word.

    `language` is that of the live, one of `LANGUAGES`.
    Signs are words, pairs of words, letters of a word, and hand-written patterns, which weigh more.
    """
    words = words_of(text)
    if not words:
        return np.zeros(0, np.int32)
    grams = {f"w {word}" for word in words}
    grams.update(f"b {one} {other}" for one, other in pairwise(["<", *words, ">"]))
    for word in words:
        padded = f"<{word}>"
        for size in GRAMS:
            grams.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    grams.add(f"n {min(len(words), 9)}")
    for sign in signs_of(normalised(text[:MAX_CHARACTERS]), language):
        grams.update(f"{sign} {copy}" for copy in range(PATTERN_WEIGHT))
    return np.fromiter(sorted({crc32(gram.encode()) % BUCKETS for gram in grams}), np.int32)
