"""What a list holds: a word or phrase, what it is about, and how freely it is recognised."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from moderation.stage.verdict import Category


class Likeness(IntEnum):
    """How far from its spelling a word is still recognised. Each includes those before it.

    `EXACT`: other letter forms and digits for letters, no more; for innocent words.
    `SAME`: letters drawn out or set apart.
    `NEAR`: two inner letters swapped, one left out or masked, a double one single, run into its neighbour.
    `FREE`: any two neighbours swapped, a single letter doubled; for words that a tenant has chosen.
    """

    EXACT = 0
    SAME = 1
    NEAR = 2
    FREE = 3


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list. `category` None marks an innocent phrase: what it covers is no finding.

    A `*` at a word's ends or inside stands for any letters.
    """

    text: str
    category: Category | None
    likeness: Likeness = Likeness.SAME


def terms_of(texts: Iterable[str], category: Category | None, likeness: Likeness) -> list[Term]:
    """Return the entries of one list."""
    return [Term(text, category, likeness) for text in texts]
