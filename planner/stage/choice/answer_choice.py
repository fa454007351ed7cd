"""Chooses which queued comment is answered next."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.stage.choice.duplicates import QuestionWords, is_same_question
from planner.stage.choice.scoring import JUST_ANSWERED, Candidate, LineScore, ScoringLimits, score


@dataclass(frozen=True, slots=True)
class Choice:
    """The index of the chosen line, its score, and the indexes of lines with the same question."""

    place: int
    score: LineScore
    same: tuple[int, ...] = ()


def choose(
    candidates: Sequence[Candidate], limits: ScoringLimits, *, just_answered: Sequence[QuestionWords] = ()
) -> Choice | None:
    """Return the best line, or None if no viewer may be answered.

    The viewer answered last is chosen only if there is nobody else. A line whose question is in
    `just_answered` loses points; only the best line is checked for that, because it is slow.
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
