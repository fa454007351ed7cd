"""Turns texts into countable terms: PostgreSQL's lexemes, and character 4-grams within words."""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

GRAM = 4
# Grams are counted by a hash of 20 bits; the few that share one cost no rank.
BUCKETS = 1 << 20
_LEXEME = re.compile(r"'((?:[^']|'')+)':([\d,A-D]+)")
_NOT_A_WORD = re.compile(r"[\W_]+")
_FOLDED = str.maketrans(
    {"ß": "ss", "à": "a", "á": "a", "è": "e", "é": "e", "ì": "i", "í": "i", "ò": "o", "ó": "o"}
)

Ints = NDArray[np.int64]


def lexeme_counts(vector: str) -> list[tuple[str, int]]:
    """Return the lexemes of a `tsvector` as PostgreSQL writes it, with how often each occurs."""
    return [(lexeme, places.count(",") + 1) for lexeme, places in _LEXEME.findall(vector)]


def gram_counts(text: str) -> tuple[Ints, Ints]:
    """Return the buckets of a text's character 4-grams, and how often each occurs.

    They lie within words, whose edges count as a space: "casa" has " cas", "casa" and "asa ".
    """
    words = _NOT_A_WORD.sub(" ", text.lower().translate(_FOLDED)).strip()
    codes = np.frombuffer(f" {words} ".encode("utf-32-le"), dtype="<u4").astype(np.int64)
    if codes.size < GRAM:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(codes, GRAM)
    inside = (windows[:, 1] != ord(" ")) & (windows[:, 2] != ord(" "))
    # Multipliers of no meaning; odd ones spread well.
    hashed = windows[inside] @ np.array([1_000_003, 19_349_663, 83_492_791, 2_654_435_761], dtype=np.int64)
    buckets, counts = np.unique((hashed ^ (hashed >> 17)) % BUCKETS, return_counts=True)
    return buckets, counts


def coded(lexemes: Iterable[str], language: str) -> set[str]:
    """Return lexemes as terms of one language: the same letters are another word in another language."""
    return {f"{language}:{lexeme}" for lexeme in lexemes}
