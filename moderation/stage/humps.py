"""Splits names and hashtags with capital letters inside into their words: `MarioIlBrutto`."""

import re
from bisect import bisect_left

from moderation.stage.normaliser import NormalisedText, normalise
from moderation.stage.tokens import Token

_HUMP = re.compile(r"[a-zà-ÿ][A-ZÀ-Þ]")
_PIECE = re.compile(r"[A-ZÀ-Þ]?[a-zà-ÿ]+|[A-ZÀ-Þ]+(?![a-zà-ÿ])")
_WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 20


def tokenise_humps(text: str, folded: NormalisedText) -> list[Token]:
    """Return the parts of words with a capital letter inside, placed in the folded text."""
    if not _HUMP.search(text):
        return []
    tokens: list[Token] = []
    for word in _WORD.finditer(text):
        if not _HUMP.search(word.group()):
            continue
        for piece in _PIECE.finditer(text, word.start(), word.end()):
            start, end = _in_folded(folded, piece.start()), _in_folded(folded, piece.end())
            if end > start:
                tokens.append(Token(normalise(piece.group()).text, start, end))
        if len(tokens) > MOST_WORDS:
            break
    return tokens


def _in_folded(folded: NormalisedText, place: int) -> int:
    return place if folded.offsets is None else bisect_left(folded.offsets, place)
