"""Checks a rehearsal against the show's rules: delays of thanks, gaps between answers, blocked content."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chatsources.events import EventKind, LiveEvent
from livesessions.pipeline.ports import Gate
from livesessions.pipeline.selection.reply_pacer import ReplyPacer
from moderation.stage.verdict import Action
from planner.stage.turn import TurnKind
from rehearsals.rehearsal.script import ScriptLine
from rehearsals.rehearsal.silent_overlay import PLAYBACK_DELAY_S
from rehearsals.rehearsal.trace import RehearsalTrace

TOLERANCE_S = 0.05
CHAT_KINDS = frozenset({EventKind.COMMENT, EventKind.QUESTION})


@dataclass(frozen=True, slots=True)
class PacingLimits:
    """How often the show's rules let the host speak."""

    cooldown_min_s: float
    cooldown_max_s: float
    answers_per_minute: int = 60
    thanks_per_minute: int = 60


@dataclass(frozen=True, slots=True)
class AnswerGap:
    """The time from the start of one answer to the start of the next, and the least that was allowed."""

    gap_s: float
    allowed_s: float

    @property
    def is_too_short(self) -> bool:
        return self.gap_s < self.allowed_s - TOLERANCE_S


@dataclass(frozen=True, slots=True)
class ThanksDelay:
    """The time until the first sound of a gift's thanks, in seconds.

    - `total_s`: since the end of the gift's streak.
    - `idle_s`: since the host had finished what it was saying at that moment.
    """

    total_s: float
    idle_s: float


def thanks_delays(trace: RehearsalTrace, script: Sequence[ScriptLine]) -> list[ThanksDelay]:
    """Return the delay of each gift that was thanked."""
    closed_at_s = {_gift_key(traced.event): traced.at_s for traced in trace.events if _closes(traced.event)}
    delays = []
    for line in script:
        if line.record.trigger_kind != TurnKind.GIFT or line.playback is None or line.age_s is None:
            continue
        sent_at_s = line.playback.begins_at_s - PLAYBACK_DELAY_S
        for event in line.answered:
            # Without its closing frame, a streak ends when the pipeline's timeout closes it.
            ended_at_s = closed_at_s.get(_gift_key(event), sent_at_s - line.age_s)
            if ended_at_s <= sent_at_s:
                idle_from_s = min(_idle_from_s(trace, ended_at_s), sent_at_s)
                delays.append(ThanksDelay(sent_at_s - ended_at_s, sent_at_s - idle_from_s))
    return delays


def _idle_from_s(trace: RehearsalTrace, at_s: float) -> float:
    """Return when the host has finished what it says at `at_s`; `at_s` itself while it is silent."""
    ends = (
        playback.ends_at_s
        for playback in trace.playbacks.values()
        if playback.begins_at_s <= at_s < playback.ends_at_s
    )
    return max(ends, default=at_s)


def _closes(event: LiveEvent) -> bool:
    return event.kind is EventKind.GIFT and not event.streak_open


def _gift_key(event: LiveEvent) -> tuple[str, ...]:
    gift = event.gift
    if gift is None or not gift.streak_id:
        return (event.source_id,)
    return (event.viewer.id if event.viewer else "", gift.id, gift.streak_id)


def answer_gaps(trace: RehearsalTrace, script: Sequence[ScriptLine], limits: PacingLimits) -> list[AnswerGap]:
    """Return the gaps between answers, each with the cooldown in force when the second one was chosen."""
    answers = [line for line in script if line.is_answer and line.playback is not None]
    pacer = ReplyPacer(
        cooldown_min_s=limits.cooldown_min_s,
        cooldown_max_s=limits.cooldown_max_s,
        answers_per_minute=limits.answers_per_minute,
        thanks_per_minute=limits.thanks_per_minute,
    )
    # The cooldown grows with the chat's rate, so the pacer must see the chat lines up to each choice.
    line_times = (traced.at_s for traced in trace.events if traced.event.kind in CHAT_KINDS)
    next_line_at_s = next(line_times, None)
    gaps = []
    for before, line in pairwise(answers):
        chosen_at_s = _chosen_at_s(line)
        while next_line_at_s is not None and next_line_at_s <= chosen_at_s:
            pacer.message_shown(next_line_at_s)
            next_line_at_s = next(line_times, None)
        gaps.append(AnswerGap(line.began_at_s - before.began_at_s, pacer.cooldown_s(chosen_at_s)))
    return gaps


def _chosen_at_s(line: ScriptLine) -> float:
    times = line.record.times
    prepared_ms = (times.first_audio_ms or 0) - (times.waited_ms or 0)
    return line.began_at_s - PLAYBACK_DELAY_S - prepared_ms / 1000


def answers_to_blocked(trace: RehearsalTrace, script: Sequence[ScriptLine]) -> list[ScriptLine]:
    """Return the replies to lines that moderation blocked, other than those it allows.

    A line of distress may get the help line, and a line that asks for a neutral answer may get one.
    """
    blocked = {
        traced.event.source_id: traced.verdict.action
        for traced in trace.events
        if traced.verdict is not None and traced.verdict.blocked
    }
    return [
        line
        for line in script
        if line.playback is not None
        and any(
            not _may_answer(line, blocked[event.source_id])
            for event in line.answered
            if event.source_id in blocked
        )
    ]


def _may_answer(line: ScriptLine, action: Action) -> bool:
    match action:
        case Action.HELP:
            return line.is_help
        case Action.NEUTRAL_LINE:
            return line.record.trigger_kind == TurnKind.NEUTRAL
        case _:
            return False


def blocked_speech(script: Sequence[ScriptLine], gate: Gate) -> list[ScriptLine]:
    """Return the audible replies whose text or captions moderation blocks."""
    return [
        line
        for line in script
        if line.playback is not None
        and not line.is_help
        and any(gate.review(text).blocked for text in (line.record.text, *_captions(line)))
    ]


def _captions(line: ScriptLine) -> Iterator[str]:
    for _, text in line.playback.captions if line.playback else ():
        yield text
