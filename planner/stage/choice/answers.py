"""Which line is answered: what waits, with what is known of its viewer, goes in, the best one comes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.stage.choice.duplicates import Wording, is_same_question
from planner.stage.choice.scoring import JUST_ANSWERED, Candidate, Limits, Score, score


@dataclass(frozen=True, slots=True)
class Choice:
    """The place of the line to answer, its score, and the places of those that ask the same."""

    place: int
    score: Score
    same: tuple[int, ...] = ()


def choose(
    candidates: Sequence[Candidate], limits: Limits, *, just_answered: Sequence[Wording] = ()
) -> Choice | None:
    """Return the best of the lines, or None when none of their viewers may be answered.

    Whoever was answered last waits while there is anybody else. A question of which `just_answered` holds
    the words loses for it; that is looked at for the best only, for it takes longest.
    """
    scored = [(place, found) for place, line in enumerate(candidates) if (found := score(line, limits))]
    others = [(place, found) for place, found in scored if not candidates[place].was_last]
    ranked = sorted(others or scored, key=lambda entry: entry[1].total, reverse=True)
    checked: set[int] = set()
    while ranked:
        place, found = ranked[0]
        asked = candidates[place].wording
        if place in checked or not any(is_same_question(asked, answered) for answered in just_answered):
            return Choice(place, found, _same(candidates, place))
        checked.add(place)
        ranked[0] = (place, found.with_part("just_answered", JUST_ANSWERED))
        ranked.sort(key=lambda entry: entry[1].total, reverse=True)
    return None


def _same(candidates: Sequence[Candidate], chosen: int) -> tuple[int, ...]:
    asked = candidates[chosen].wording
    places = (place for place in range(len(candidates)) if place != chosen)
    return tuple(place for place in places if is_same_question(asked, candidates[place].wording))
