"""Reads what a question is about: whether it asks for a price, and whether documents should answer it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from knowledge.chunking.languages import is_small_word

_WORD = re.compile(r"[^\W_]+")
_ASKS = re.compile(
    r"^(?:\W|ciao|hi|hello|hey|hallo|scusa|ma|e|and|und)*\s*"
    r"(?:quant\w+|qual\w*|cosa|come|dove|quando|chi|perch[ée]|avete|si può|posso"
    r"|how|what|which|who|where|when|why|do|does|can|is|are"
    r"|wie|was|welche\w*|wer|wo|wann|warum|gibt|habt|kann|ist|sind)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about.

    - `subject`: the text without the words that only ask, and without those of prices.
    - `is_for_documents`: it is a question about what is sold, or how.
    """

    subject: str
    is_question: bool
    asks_price: bool
    is_for_documents: bool


def topic_of(text: str) -> Topic:
    """Return what a viewer's line is about."""
    words = _WORD.findall(text.lower())
    table = _table()
    asks_price = any(word in table["price"] for word in words)
    is_question = "?" in text or bool(_ASKS.match(text.strip()))
    idle = table["price"] | table["filler"]
    left = [word for word in words if word not in idle and not is_small_word(word)]
    is_shop = asks_price or any(word in table["shop"] for word in words)
    return Topic(" ".join(left), is_question, asks_price, is_question and is_shop)


@cache
def _table() -> Mapping[str, frozenset[str]]:
    text = files(__package__).joinpath("topics.toml").read_text(encoding="utf-8")
    return {
        name: frozenset(word for words in languages.values() for word in words.split())
        for name, languages in tomllib.loads(text).items()
    }
