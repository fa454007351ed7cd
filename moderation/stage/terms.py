"""Entries of a word list: term, category and matching tolerance."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from moderation.stage.verdict import Category


class Likeness(IntEnum):
    """How far a word may differ from its listed spelling. Each level includes those before it.

    `EXACT`: other letter forms, and digits for letters; for allowed words.
    `SAME`: repeated or separated letters.
    `CLOSE`: from six letters, two inner letters swapped, one omitted; joined to another word.
    `NEAR`: from five letters, two inner letters swapped, one omitted or masked, a double letter single,
    joined to a neighbour word.
    `FREE`: any two adjacent letters swapped, a single letter doubled; for words chosen by a tenant.
    """

    EXACT = 0
    SAME = 1
    CLOSE = 2
    NEAR = 3
    FREE = 4


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list. `category` None marks an allowed phrase: findings inside it do not count.

    A `*` at the ends of a word or inside it stands for any letters.
    """

    text: str
    category: Category | None
    likeness: Likeness = Likeness.SAME


def terms_of(texts: Iterable[str], category: Category | None, likeness: Likeness) -> list[Term]:
    """Return the entries of one list."""
    return [Term(text, category, likeness) for text in texts]
