"""Text as a matcher should see it: one letter form, no hidden characters, and where each came from."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """`text` is folded; `offsets[i]` is where its character `i` stands in the original."""

    text: str
    offsets: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the folded characters from `start` to `end` (exclusive) stand in the original."""
        return self.offsets[start], self.offsets[end - 1] + 1


def normalise(text: str) -> NormalisedText:
    """Fold compatibility forms, case, combining marks and format characters away; keep the way back."""
    if text.isascii():
        return NormalisedText(text.lower(), tuple(range(len(text))))
    characters: list[str] = []
    offsets: list[int] = []
    for offset, original in enumerate(text):
        for character in unicodedata.normalize("NFKD", original).casefold():
            if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
                continue
            characters.append(character)
            offsets.append(offset)
    return NormalisedText("".join(characters), tuple(offsets))
