"""Folds a text to one letter form without hidden characters, and maps it back to the original."""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from texts.folding import SMALL_CAPITALS

HIDDEN = frozenset({"Mn", "Me", "Cf", "Cc"})
FLAG = re.compile(r"(?<![\U0001F1E6-\U0001F1FF])[\U0001F1E6-\U0001F1FF]{2}(?![\U0001F1E6-\U0001F1FF])")
SPACES = "\t\n\v\f\r\x85"


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A folded text. `offsets[i]` is its character `i`'s index in the original; None: the same index."""

    text: str
    offsets: tuple[int, ...] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original of the folded characters from `start` to `end` (exclusive)."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def _look_alikes() -> dict[str, str]:
    path = Path(__file__).with_name("confusables.json")
    table: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    listed = {character: letter for letter, characters in table.items() for character in characters}
    return {chr(character): chr(letter) for character, letter in SMALL_CAPITALS.items()} | listed


LOOK_ALIKES = _look_alikes()


class _Folded(dict[str, str]):
    """Caches what each character folds to."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = "".join(
            LOOK_ALIKES.get(part, LOOK_ALIKES.get(character, part)) if not part.isascii() else part
            for part in unicodedata.normalize("NFKD", character).casefold()
            if unicodedata.category(part) not in HIDDEN
        )
        return folded


FOLDED = _Folded(dict.fromkeys(SPACES, " "))


def normalise(text: str) -> NormalisedText:
    """Fold case, compatibility forms, look-alikes, marks and hidden characters; record the offsets."""
    if text.isascii() and text.isprintable():
        return NormalisedText(text.lower())
    text = FLAG.sub("  ", text)  # two regional letters are a flag; longer rows spell a word
    pieces = [FOLDED[character] for character in text]
    offsets = tuple(offset for offset, piece in enumerate(pieces) for _ in piece)
    return NormalisedText("".join(pieces), offsets)
