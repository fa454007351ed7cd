"""Finds replies that are written in a code: rot13, reversed, base64, Morse, digits for letters."""

import codecs
import re

from planner.stage.language_detection import is_frequent

MORE_WORDS = 2
FEWEST_WORDS = 3

_WORD = re.compile(r"[^\W\d_]+")
_BASE64 = re.compile(
    r"(?<![\w+/])(?=\S*\d|\S*=)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9+/]{10,}={0,2}(?!\w)|[A-Za-z0-9+/]{6,}={1,2}(?!\w)"
)
_HEX = re.compile(r"\b(?:0x)?(?:[0-9a-f]{2} ){3,}[0-9a-f]{2}\b", re.IGNORECASE)
_BINARY = re.compile(r"\b[01]{7,8}(?: [01]{7,8})+\b")
_MORSE = re.compile(r"(?:(?<!\S)[.\-–−·•]{1,5}[ /]+){3,}")
_MIXED = re.compile(r"(?<![\w#])(?=\w*[a-z])(?:[a-z]+\d+[a-z]+\w*|\d[a-z]+\d\w*)(?!\w)", re.IGNORECASE)
_FEWEST_MIXED = 2


def is_encoded(text: str) -> bool:
    """Return whether a text is written in a code that its listener would have to undo."""
    if any(pattern.search(text) for pattern in (_BASE64, _HEX, _BINARY, _MORSE)):
        return True
    if len(_MIXED.findall(text)) >= _FEWEST_MIXED:
        return True
    plain = _frequent(text)
    turned = (codecs.decode(text, "rot13"), " ".join(word[::-1] for word in _WORD.findall(text)), text[::-1])
    return any(_frequent(reading) >= max(plain + MORE_WORDS, FEWEST_WORDS) for reading in turned)


def _frequent(text: str) -> int:
    return sum(is_frequent(word) for word in _WORD.findall(text.casefold()) if len(word) > 2)
