"""Computes the figures of a rehearsal's report.

A share is 0 to 1, `None` means that there was nothing to measure, and a percentile or median is None then
too. The keys are stored with the reports, so that a new name for one would hide it in older reports.
"""

from collections import Counter
from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any

from chatsources.events import EventKind
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.ports import Gate
from planner.stage.cues import NextAction
from rehearsals.rehearsal.rule_checks import (
    CHAT_KINDS,
    PacingLimits,
    answer_gaps,
    answers_to_blocked,
    blocked_speech,
    thanks_delays,
)
from rehearsals.rehearsal.script import ScriptLine, fully_spoken
from rehearsals.rehearsal.trace import RehearsalTrace, TracedEvent, TracedPlayback

Figures = dict[str, Any]


def compute_figures(
    trace: RehearsalTrace, script: Sequence[ScriptLine], *, gate: Gate, limits: PacingLimits
) -> Figures:
    """Return all figures of a rehearsal by their keys, as JSON values."""
    chat = chat_lines(trace)
    return {
        **_chat_figures(trace, chat),
        **_reply_figures(script, trace.lasted_s),
        **_question_figures(chat, script),
        **_age_figures(script),
        **_similarity_figures(script),
        **_rule_figures(trace, script, gate, limits),
        **_time_figures(script, trace.lasted_s),
        **_cost_figures(script),
    }


def chat_lines(trace: RehearsalTrace) -> list[TracedEvent]:
    """Return the events in which a viewer wrote something."""
    return [traced for traced in trace.events if traced.event.kind in CHAT_KINDS]


def is_question(traced: TracedEvent) -> bool:
    """Return whether a viewer asked something."""
    return traced.event.kind is EventKind.QUESTION or "?" in traced.event.text


def rounded(value: float | None) -> float | None:
    """Return a value with two decimals."""
    return None if value is None else round(value, 2)


def _chat_figures(trace: RehearsalTrace, chat: Sequence[TracedEvent]) -> Figures:
    blocked = [traced.verdict for traced in chat if traced.verdict is not None and traced.verdict.blocked]
    categories = Counter(
        category for verdict in blocked for category in {reason.category.value for reason in verdict.reasons}
    )
    return {
        "minutes": round(trace.lasted_s / 60, 2),
        "took_s": round(trace.took_s, 2),
        "events": len(trace.events),
        "lines": len(chat),
        "lines_per_s": _share(len(chat), trace.lasted_s),
        "viewers": len({traced.event.viewer.id for traced in chat if traced.event.viewer is not None}),
        "blocked": len(blocked),
        "blocked_by_category": dict(categories.most_common()),
        "counts": dict(trace.counts),
    }


def _reply_figures(script: Sequence[ScriptLine], lasted_s: float) -> Figures:
    spoken = fully_spoken(script)
    states = Counter(line.state for line in spoken)
    outcomes = Counter(line.record.outcome for line in script)
    refused = sum(line.record.fault.startswith("policy") for line in script)
    return {
        "replies": len(spoken),
        "replies_per_minute": _share(len(spoken), lasted_s / 60),
        "replies_by_state": dict(states.most_common()),
        "replies_by_state_per_minute": {
            state: _share(count, lasted_s / 60) for state, count in states.most_common()
        },
        "replies_by_model": dict(Counter(line.record.usage.model or "line" for line in spoken).most_common()),
        "answered_lines": sum(len(line.answered) for line in spoken if line.is_answer),
        "refused": refused,
        "failed": outcomes[ReplyOutcome.FAILED],
        "held": outcomes[ReplyOutcome.HELD]
        + outcomes[ReplyOutcome.EXPIRED]
        + outcomes[ReplyOutcome.REJECTED],
        "interrupted": outcomes[ReplyOutcome.SKIPPED],
    }


def _question_figures(chat: Sequence[TracedEvent], script: Sequence[ScriptLine]) -> Figures:
    allowed = [traced for traced in chat if traced.verdict is not None and not traced.verdict.blocked]
    asked = {traced.event.source_id for traced in allowed if is_question(traced)}
    answered = {event.source_id for line in fully_spoken(script) if line.is_answer for event in line.answered}
    return {
        "questions": len(asked),
        "questions_answered": len(asked & answered),
        "questions_share": _share(len(asked & answered), len(asked)),
    }


def _age_figures(script: Sequence[ScriptLine]) -> Figures:
    answers = [line for line in fully_spoken(script) if line.is_answer]
    ages = [line.age_s for line in answers if line.age_s is not None]
    waits = [
        line.record.times.waited_ms / 1000 for line in answers if line.record.times.waited_ms is not None
    ]
    return {
        "age_median_s": _median(ages),
        "age_p95_s": _p95(ages),
        "age_at_choice_median_s": _median(waits),
    }


def _similarity_figures(script: Sequence[ScriptLine]) -> Figures:
    spoken = fully_spoken(script)
    optional = [line for line in spoken if not line.is_mandatory]
    return {
        "likeness_max": rounded(max((line.similarity for line in optional), default=None)),
        "repeats": sum(line.is_repetition for line in optional),
        "likeness_max_owed_too": rounded(max((line.similarity for line in spoken), default=None)),
        "repeats_owed_too": sum(line.is_repetition for line in spoken),
    }


def _rule_figures(
    trace: RehearsalTrace, script: Sequence[ScriptLine], gate: Gate, limits: PacingLimits
) -> Figures:
    delays = thanks_delays(trace, script)
    gaps = answer_gaps(trace, script, limits)
    return {
        "gifts_thanked": len(delays),
        "thanks_median_s": _median([delay.total_s for delay in delays]),
        "thanks_max_s": rounded(max((delay.total_s for delay in delays), default=None)),
        "thanks_free_median_s": _median([delay.idle_s for delay in delays]),
        "gap_min_s": rounded(min((gap.gap_s for gap in gaps), default=None)),
        "gap_allowed_min_s": rounded(min((gap.allowed_s for gap in gaps), default=None)),
        "gap_allowed_max_s": rounded(max((gap.allowed_s for gap in gaps), default=None)),
        "gaps_too_short": sum(gap.is_too_short for gap in gaps),
        "toxic_answered": len(answers_to_blocked(trace, script)),
        "toxic_said": len(blocked_speech(script, gate)),
    }


def _time_figures(script: Sequence[ScriptLine], lasted_s: float) -> Figures:
    played = [(line.state, line.playback) for line in script if line.playback is not None]
    silences = _silences([playback for _, playback in played], lasted_s)
    by_state = {NextAction.REST.value: sum(silences)}
    for state, playback in played:
        by_state[state] = by_state.get(state, 0.0) + playback.ends_at_s - playback.begins_at_s
    return {
        "time_by_state": {state: _share(time_s, lasted_s) for state, time_s in by_state.items()},
        "silence_share": _share(sum(silences), lasted_s),
        "silence_longest_s": rounded(max(silences, default=0.0)),
    }


def _silences(playbacks: Sequence[TracedPlayback], lasted_s: float) -> list[float]:
    silences, silent_from_s = [], 0.0
    for playback in playbacks:
        silences.append(max(playback.begins_at_s - silent_from_s, 0.0))
        silent_from_s = max(silent_from_s, playback.ends_at_s)
    return [*silences, max(lasted_s - silent_from_s, 0.0)]


def _cost_figures(script: Sequence[ScriptLine]) -> Figures:
    usages = [line.record.usage for line in script]
    return {
        "prompt_tokens": sum(usage.prompt_tokens for usage in usages),
        "completion_tokens": sum(usage.completion_tokens for usage in usages),
        "cost_usd": round(sum(usage.cost_usd for usage in usages), 6),
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 2) if values else None


def _p95(values: Sequence[float]) -> float | None:
    return round(quantiles(values, n=20, method="inclusive")[-1], 2) if len(values) > 1 else _median(values)
