"""Builds a live's plan, rundown and games from a show's rows."""

from collections.abc import Callable, Sequence

from livesessions.models.plans import QuizQuestion
from livesessions.models.plans import Segment as StoredSegment
from livesessions.models.shows import Show
from livesessions.pipeline.ports import Gate
from planner.stage.games.games import GameRules, Games
from planner.stage.games.questions import Question
from planner.stage.recurring import Habits
from planner.stage.rundown import Rundown
from planner.stage.segments import PlanSegment, SegmentKind
from planner.stage.turn import TurnKind


def load_plan(show: Show) -> list[PlanSegment]:
    """Return a show's segments as plain values. Blocks."""
    rows = StoredSegment.objects.filter(show=show)
    return [
        PlanSegment(SegmentKind(row.kind), row.title, row.duration_s, tuple(row.talking_points))
        for row in rows
    ]


def build_rundown(
    show: Show, plan: Sequence[PlanSegment], *, seed: int, is_repeat: Callable[[str], bool]
) -> Rundown:
    """Return the rundown of a show's plan; `is_repeat` returns whether a text was said recently."""
    return Rundown(
        language=show.language,
        segments=plan,
        calls_to_action=show.calls_to_action,
        call_to_action_every_s=show.call_to_action_every_s,
        seed=seed,
        is_repeat=is_repeat,
    )


def build_habits(show: Show, plan: Sequence[PlanSegment]) -> Habits:
    """Return which kinds of recurring lines a show's host says."""
    kinds = {segment.kind for segment in plan}
    return Habits(
        show.language,
        calls=show.call_to_action_every_s > 0 or SegmentKind.CALL_TO_ACTION in kinds,
        calls_to_action=show.calls_to_action,
        closes=SegmentKind.CLOSING in kinds,
        thanked=frozenset(
            {TurnKind.GIFT, *(kind for kind, size in thanks_group_sizes(show).items() if size)}
        ),
    )


def thanks_group_sizes(show: Show) -> dict[TurnKind, int]:
    """Return for each kind of event how many are thanked together; 0 means that none is."""
    return {
        TurnKind.FOLLOW: show.follows_per_thanks,
        TurnKind.SHARE: show.shares_per_thanks,
        TurnKind.SUBSCRIBE: show.subscriptions_per_thanks,
    }


def build_games(show: Show, rundown: Rundown, plan: Sequence[PlanSegment], gate: Gate, *, seed: int) -> Games:
    """Return the games of a show's live. Blocks."""
    questions = QuizQuestion.objects.filter(show=show)
    return Games(
        GameRules(
            language=show.language,
            every_s=show.game_every_s,
            seed=seed,
            own_questions=[Question(row.question, tuple(row.answers)) for row in questions],
            plan=plan,
            current_segment=rundown.current,
            allows=lambda text: not gate.review(text).blocked,
        )
    )
