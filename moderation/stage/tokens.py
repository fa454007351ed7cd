"""Splits a folded text into words with their places."""

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

# A word may contain signs that stand for letters: sh!t, f**k, @ss, id!ot!
WORD = re.compile(r"[@$!|]{0,2}[^\W_]+(?:[@$*!|+#]{1,8}[^\W_]+)*[$@!|]{0,3}")
ENDINGS = "!|"
LETTERS = str.maketrans("0123456789@$!|+l", "oizeasgtbgasiiti")
SIGNS = re.compile(r"[\d@$!|+#*]+")
OUTER = "0123456789@$!|+#*"
MASK = re.compile(r"[a-z]+\*+[a-z*]*[a-z]")


class Token(NamedTuple):
    """One word of a folded text, with its place."""

    text: str
    start: int
    end: int


_new = tuple.__new__


def tokenise(text: str, most: int | None = None) -> list[Token]:
    """Return the words of a folded text, in order, and no more than `most`."""
    # Without the named tuple's own constructor, which takes longer than the search.
    return [_new(Token, (match[0], *match.span())) for match in islice(WORD.finditer(text), most)]


def key_of(word: str) -> str:
    """Return the key of a word in an index: digits and signs as letters, l as i."""
    return word if word.isdigit() else word.translate(LETTERS)


@lru_cache(maxsize=500)  # each list asks for the words of the same line
def keys_of(token: str) -> tuple[str, ...]:
    """Return all readings of a word as letters."""
    if token.isalpha():
        return (token.translate(LETTERS),)
    bare = token.strip(OUTER)
    if not bare:
        return (token,)
    readings = [token, bare, SIGNS.sub("", token)]
    readings += [piece for piece in SIGNS.split(token) if len(piece) > 2]
    keys = dict.fromkeys(reading.translate(LETTERS) for reading in readings)
    return tuple(key for key in keys if key.isalpha())
