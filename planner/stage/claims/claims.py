"""Finds statements that only a show's facts can justify: prices, changes, winners, advice, persons."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from planner.stage.serious.topics import fold

# A statement stands in the facts if all its figures do, and this share of its longer words.
GIVEN_SHARE = 0.6
STEM_CHARACTERS = 5
SHORTEST_WORD = 4

_REFERENCE = re.compile(r"<(\w+)>")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Given:
    """What may be stated: `facts` in the creator's words; `chat` is what viewers wrote, folded or not."""

    facts: str = ""
    chat: str = ""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A kind of statement. Every pattern of `needed` must match, and none of `unless`."""

    topic: str
    needed: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    by_viewer: bool


def claim_of(text: str, given: Given) -> str:
    """Return the topic of what a text states without being given it; empty for nothing.

    The topics are values of `planner.stage.output_gate.Refusal`.
    """
    folded = fold(text)
    for claim in _claims():
        if not all(pattern.search(folded) for pattern in claim.needed):
            continue
        if any(pattern.search(folded) for pattern in claim.unless):
            continue
        if claim.by_viewer and _is_viewers(claim, folded, given.chat):
            continue
        if not is_given(text, given.facts):
            return claim.topic
    return ""


def is_given(text: str, facts: str) -> bool:
    """Return whether a statement stands in the facts, in similar words and with the same figures."""
    if not facts:
        return False
    folded, known = fold(text), _known(facts)
    figures = set(_FIGURE.findall(folded))
    words = _stems(folded)
    if not figures <= known.figures or not words:
        return False
    return len(words & known.stems) >= GIVEN_SHARE * len(words)


@dataclass(frozen=True, slots=True)
class _Known:
    figures: frozenset[str]
    stems: frozenset[str]


@lru_cache(maxsize=64)
def _known(text: str) -> _Known:
    folded = fold(text)
    return _Known(frozenset(_FIGURE.findall(folded)), frozenset(_stems(folded)))


def _stems(folded: str) -> set[str]:
    return {word[:STEM_CHARACTERS] for word in _WORD.findall(folded) if len(word) >= SHORTEST_WORD}


def _is_viewers(claim: _Claim, folded: str, chat: str) -> bool:
    """Return whether a viewer has written the figure or the word that the claim rests on."""
    found = claim.needed[-1].search(folded)
    figures = _FIGURE.findall(found[0]) if found else []
    known = _known(chat)
    if figures:
        return set(figures) <= known.figures
    said = _stems(found[0]) if found else set()
    return bool(said & known.stems) or (bool(known.figures) and claim.topic == "price")


@cache
def _claims() -> tuple[_Claim, ...]:
    table = tomllib.loads(files(__package__).joinpath("claims.toml").read_text(encoding="utf-8"))
    lists = {
        name: entries.split() if isinstance(entries, str) else entries
        for name, entries in table["words"].items()
    }
    patterns = {name: re.compile(_alternatives(name, lists)) for name in lists}
    return tuple(
        _Claim(
            claim["topic"],
            tuple(patterns[name] for name in claim["all"]),
            tuple(patterns[name] for name in claim["unless"]),
            claim.get("figures", False),
        )
        for claim in table["claim"]
    )


def _alternatives(name: str, lists: dict[str, list[str]]) -> str:
    """Return the pattern of a list; `<name>` stands for another one."""
    joined = "|".join(
        _REFERENCE.sub(lambda found: _alternatives(found[1], lists), entry) for entry in lists[name]
    )
    return rf"(?<!\w)(?:{joined})"
