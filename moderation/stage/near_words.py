"""Restores words of hostility that are misspelt or written together with a small word: `dsgust`, `sosick`."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from moderation.stage.everyday import EVERYDAY
from moderation.stage.language_rules import language_rules

SHORTEST = 4  # two letters of a word may be swapped
SHORTEST_THINNED = 5  # one may be left out
SHORTEST_STEM, SHORTEST_THINNED_STEM = 5, 7
SHORTEST_GLUED = 6
KINDS = ("contempt", "violence", "expulsion")

_ENTRY = re.compile(r"([a-z]+)(\\w[*+])?")
# Everyday words that are one change away from a word of hostility or of a group.
_REAL = frozenset(Path(__file__).with_name("near_everyday.txt").read_text(encoding="utf-8").split())
_SMALL = frozenset(language_rules("neighbours")) | frozenset(
    [
        "i",
        "e",
        "so",
        "all",
        "allen",
        "nur",
        "tanto",
        "cosi",
        "piu",
        "molto",
        "very",
        "too",
        "ganz",
        "sehr",
        "zu",
    ]
)
_GROUPS = frozenset(language_rules("groups"))


def restored(words: Sequence[str]) -> list[str]:
    """Return the words of a line with misspelt and glued words of hostility as they are listed."""
    return [piece for word in words for piece in _restored(word)]


def restored_groups(words: Sequence[str]) -> list[str]:
    """Return the words of a line with misspelt names of groups as they are listed."""
    return [_GROUP_FORMS.get(word, word) for word in words]


def has_misspelt_group(words: Sequence[str]) -> bool:
    """Return whether a word is a misspelt name of a group."""
    return not _GROUP_FORMS.keys().isdisjoint(words)


@lru_cache(maxsize=5_000)
def _restored(word: str) -> tuple[str, ...]:
    if len(word) < SHORTEST or word in EVERYDAY or word in _GROUPS:
        return (word,)
    if word in _FORMS:
        return (_FORMS[word],)
    for size in _STEM_SIZES:
        if stem := _STEM_FORMS.get(word[:size]):
            return (stem + word[size:],)
    return _parted(word) if len(word) >= SHORTEST_GLUED else (word,)


def _parted(word: str) -> tuple[str, ...]:
    for place in range(1, len(word)):
        before, after = word[:place], word[place:]
        if before in _SMALL and _is_listed(after):
            return before, after
        if after in _SMALL and _is_listed(before):
            return before, after
    return (word,)


def _is_listed(word: str) -> bool:
    return len(word) >= SHORTEST and (
        word in _WORDS
        or word in _GROUPS
        or any(len(stem) >= SHORTEST_THINNED and word.startswith(stem) for stem in _STEMS)
    )


def _changed(word: str, end: int) -> Iterator[str]:
    """Yield a word with two letters swapped, or one left out: of those behind the first, before `end`."""
    for place in range(len(word) - 1):
        if word[place] != word[place + 1]:
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    for place in range(1, end):
        yield word[:place] + word[place + 1 :]


def _forms(words: Iterable[str], thinned: Callable[[str], int]) -> dict[str, str]:
    known = _WORDS | _STEMS | _GROUPS
    return {
        form: word
        for word in words
        if len(word) >= SHORTEST
        for form in _changed(word, thinned(word))
        if form not in known and form not in EVERYDAY and form not in _REAL
    }


def _any_letter(word: str) -> int:
    return len(word) if len(word) >= SHORTEST_THINNED else 0


def _inner_letter(stem: str) -> int:
    return len(stem) - 1 if len(stem) >= SHORTEST_THINNED_STEM else 0


_ENTRIES = [
    found
    for entry in (entry for kind in KINDS for entry in language_rules(kind))
    if (found := _ENTRY.fullmatch(entry))
]
_WORDS = frozenset(found[1] for found in _ENTRIES if not found[2])
_STEMS = frozenset(found[1] for found in _ENTRIES if found[2] and len(found[1]) >= SHORTEST)
_FORMS = _forms(_WORDS, _any_letter)
_STEM_FORMS = _forms([stem for stem in _STEMS if len(stem) >= SHORTEST_STEM], _inner_letter)
_STEM_SIZES = sorted({len(form) for form in _STEM_FORMS}, reverse=True)
_GROUP_FORMS = _forms(_GROUPS, _any_letter)
