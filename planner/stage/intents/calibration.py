"""Finds, for each intent, the probability from which it counts, on lines that the model has not seen."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.stage.intents.classifier import FEW_WORDS, OTHER

MAX_WRONG = 0.05  # of the lines that count as an intent
LOWEST = 0.5
LOWEST_OF_FEW_WORDS = 0.7
NEVER = 1.01  # an intent that no limit makes safe
# Intents whose answers fit each other's questions: to take one for another is no fault.
NEAR = (
    frozenset({"hear_me", "ignored", "ask", "repeat"}),
    frozenset({"sing", "birthday"}),
    frozenset({"bye", "holiday", "goodnight"}),
    frozenset({"taste", "choice"}),
    frozenset({"laugh", "compliment", "love", "wow"}),
    frozenset({"how_are_you", "topic", "new_here"}),
    frozenset({"which_game", "game", "how_to_play"}),
    frozenset({"host_kind", "host_life", "feelings", "host_name"}),
    frozenset({"tired", "work_school", "goodnight", "sad"}),
    frozenset({"gifts", "support"}),
    frozenset({"sound", "lag"}),
    frozenset({"greeting", "back", "where_from"}),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """An unseen line: its label, the likeliest label, the probability of that, and its number of words."""

    label: int
    guess: int
    probability: float
    words: int


def limits_of(scored: Sequence[Scored], labels: Sequence[str]) -> NDArray[np.float32]:
    """Return the limits, shape (labels, 2): for few words and for more."""
    limits = np.full((len(labels), 2), NEVER, np.float32)
    for label, name in enumerate(labels):
        found = [row for row in scored if row.guess == label]
        few = [row for row in found if row.words <= FEW_WORDS]
        more = [row for row in found if row.words > FEW_WORDS]
        fits = frozenset(place for place, other in enumerate(labels) if fits_for(name, other))
        if name != OTHER:
            limits[label] = (_limit(few, fits, LOWEST_OF_FEW_WORDS), _limit(more, fits, LOWEST))
    return limits


def fits_for(intent: str, other: str) -> bool:
    """Return whether an answer to one intent fits a line of the other."""
    return intent == other or any(intent in group and other in group for group in NEAR)


def _limit(rows: Sequence[Scored], fits: Set[int], lowest: float) -> float:
    """Return the lowest limit at which few enough of the rows are wrong."""
    ranked = sorted(rows, key=lambda row: row.probability, reverse=True)
    right = wrong = 0
    limit = NEVER
    for row in ranked:
        if row.probability < lowest:
            break
        if row.label in fits:
            right += 1
        else:
            wrong += 1
        if wrong <= MAX_WRONG * (right + wrong):
            limit = row.probability
    return limit if right else NEVER
