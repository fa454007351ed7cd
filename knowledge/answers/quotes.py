"""Checks an answer against its chunks: what is shown or said as a quote stands there word for word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.answers.facts import unfounded_facts

_SPACES = re.compile(r"\s+")


class Dropped(StrEnum):
    """Why a sentence of an answer is left out."""

    NO_QUOTE = "no_quote"
    NOT_A_QUOTE = "not_a_quote"
    UNFOUNDED_FACT = "unfounded_fact"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer with the quotes that it rests on: pairs of a chunk's id and a text of it."""

    text: str
    quotes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ChunkQuote:
    """A part of a chunk: `text` is `chunk.text[start:end]`."""

    chunk_id: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QuotedSentence:
    """A sentence that may be said, with its quotes."""

    text: str
    quotes: tuple[ChunkQuote, ...]


def check_claims(
    claims: Sequence[Claim], chunks: Mapping[int, str]
) -> tuple[list[QuotedSentence], list[tuple[str, Dropped]]]:
    """Return the sentences that their chunks support, and those that are left out, with the reason."""
    kept: list[QuotedSentence] = []
    dropped: list[tuple[str, Dropped]] = []
    for claim in claims:
        quotes = [find_quote(chunk_id, text, chunks) for chunk_id, text in claim.quotes]
        if not quotes:
            dropped.append((claim.text, Dropped.NO_QUOTE))
        elif not all(quotes):
            dropped.append((claim.text, Dropped.NOT_A_QUOTE))
        elif unfounded_facts(claim.text, _whole(quotes, chunks)):
            dropped.append((claim.text, Dropped.UNFOUNDED_FACT))
        else:
            kept.append(QuotedSentence(claim.text, tuple(each for each in quotes if each)))
    return kept, dropped


def _whole(quotes: Sequence[ChunkQuote | None], chunks: Mapping[int, str]) -> str:
    return " ".join(chunks[each.chunk_id] for each in quotes if each)


def find_quote(chunk_id: int, text: str, chunks: Mapping[int, str]) -> ChunkQuote | None:
    """Return where a quote stands in its chunk, whatever its spaces and case; None when it does not."""
    wanted = text.strip()
    whole = chunks.get(chunk_id, "")
    if not wanted or not whole:
        return None
    pattern = r"\s+".join(re.escape(word) for word in _SPACES.split(wanted))
    found = re.search(pattern, whole, re.IGNORECASE)
    return ChunkQuote(chunk_id, found[0], found.start(), found.end()) if found else None
