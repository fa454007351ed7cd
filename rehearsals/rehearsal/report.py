"""Makes a report of a rehearsal: notes go in, plain values for a page and a terminal come out. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.ports import Gate
from livesessions.sources.events import EventKind
from planner.stage.cues import NextAction
from rehearsals.rehearsal.conduct import Rates, gaps_of, thanks_of, toxic_answers, toxic_words
from rehearsals.rehearsal.notes import NotedEvent, Notes, Sound
from rehearsals.rehearsal.said import SaidLine, said_lines, spoken

LINE_KINDS = frozenset({EventKind.COMMENT, EventKind.QUESTION})
BUCKETS = 90
SHORTEST_BUCKET_S = 5.0

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be: at most or, where `at_least`, no less than `value`."""

    value: float
    at_least: bool = False

    def is_met(self, figure: float | None) -> bool | None:
        """Return whether a figure is as it should be; None when there was nothing to measure."""
        if figure is None:
            return None
        return figure >= self.value if self.at_least else figure <= self.value


TARGETS = {
    "age_median_s": Target(10.0),
    "repeats": Target(0),
    "gaps_too_short": Target(0),
    "toxic_answered": Target(0),
    "toxic_said": Target(0),
    "thanks_free_median_s": Target(1.0),
    "silence_longest_s": Target(30.0),
    "failed": Target(0),
}


def make_report(notes: Notes, *, gate: Gate, rates: Rates) -> dict[str, Any]:
    """Return `figures`, `checks` (each figure with its target), `timeline` and `script`, as JSON has them."""
    said = said_lines(notes)
    chat = [noted for noted in notes.events if noted.event.kind in LINE_KINDS]
    figures = {
        **_chat_figures(notes, chat),
        **_reply_figures(said, notes.lasted_s),
        **_question_figures(chat, said),
        **_age_figures(said),
        **_likeness_figures(said),
        **_conduct_figures(notes, said, gate, rates),
        **_time_figures(said, notes.lasted_s),
        **_cost_figures(said),
    }
    return {
        "figures": figures,
        "checks": _checks(figures),
        "timeline": _timeline(chat, said, notes.lasted_s),
        "script": [_script_entry(line) for line in said],
    }


def is_question(noted: NotedEvent) -> bool:
    return noted.event.kind is EventKind.QUESTION or "?" in noted.event.text


def _chat_figures(notes: Notes, chat: Sequence[NotedEvent]) -> Figures:
    blocked = [noted.verdict for noted in chat if noted.verdict is not None and noted.verdict.blocked]
    categories = Counter(
        category for verdict in blocked for category in {reason.category.value for reason in verdict.reasons}
    )
    return {
        "minutes": round(notes.lasted_s / 60, 2),
        "took_s": round(notes.took_s, 2),
        "events": len(notes.events),
        "lines": len(chat),
        "lines_per_s": _share(len(chat), notes.lasted_s),
        "viewers": len({noted.event.viewer.id for noted in chat if noted.event.viewer is not None}),
        "blocked": len(blocked),
        "blocked_by_category": dict(categories.most_common()),
        "counts": dict(notes.counts),
    }


def _reply_figures(said: Sequence[SaidLine], lasted_s: float) -> Figures:
    whole = spoken(said)
    states = Counter(line.state for line in whole)
    outcomes = Counter(line.record.outcome for line in said)
    refused = sum(line.record.fault.startswith("policy") for line in said)
    return {
        "replies": len(whole),
        "replies_per_minute": _share(len(whole), lasted_s / 60),
        "replies_by_state": dict(states.most_common()),
        "replies_by_state_per_minute": {
            state: _share(count, lasted_s / 60) for state, count in states.most_common()
        },
        "replies_by_model": dict(Counter(line.record.usage.model or "line" for line in whole).most_common()),
        "answered_lines": sum(len(line.answered) for line in whole if line.is_answer),
        "refused": refused,
        "failed": outcomes[Outcome.FAILED],
        "held": outcomes[Outcome.HELD] + outcomes[Outcome.EXPIRED] + outcomes[Outcome.REJECTED],
        "interrupted": outcomes[Outcome.SKIPPED],
    }


def _question_figures(chat: Sequence[NotedEvent], said: Sequence[SaidLine]) -> Figures:
    fit = [noted for noted in chat if noted.verdict is not None and not noted.verdict.blocked]
    asked = {noted.event.source_id for noted in fit if is_question(noted)}
    answered = {event.source_id for line in spoken(said) if line.is_answer for event in line.answered}
    return {
        "questions": len(asked),
        "questions_answered": len(asked & answered),
        "questions_share": _share(len(asked & answered), len(asked)),
    }


def _age_figures(said: Sequence[SaidLine]) -> Figures:
    ages = [line.age_s for line in spoken(said) if line.is_answer and line.age_s is not None]
    waits = [
        line.record.times.waited_ms / 1000
        for line in spoken(said)
        if line.is_answer and line.record.times.waited_ms is not None
    ]
    return {
        "age_median_s": _median(ages),
        "age_p95_s": _p95(ages),
        "age_at_choice_median_s": _median(waits),
    }


def _likeness_figures(said: Sequence[SaidLine]) -> Figures:
    free = [line for line in spoken(said) if not line.is_owed]
    return {
        "likeness_max": _rounded(max((line.likeness for line in free), default=None)),
        "repeats": sum(line.is_repeat for line in free),
        "likeness_max_owed_too": _rounded(max((line.likeness for line in spoken(said)), default=None)),
        "repeats_owed_too": sum(line.is_repeat for line in spoken(said)),
    }


def _conduct_figures(notes: Notes, said: Sequence[SaidLine], gate: Gate, rates: Rates) -> Figures:
    thanks = thanks_of(notes, said)
    gaps = gaps_of(notes, said, rates)
    return {
        "gifts_thanked": len(thanks),
        "thanks_median_s": _median([thank.s for thank in thanks]),
        "thanks_max_s": _rounded(max((thank.s for thank in thanks), default=None)),
        "thanks_free_median_s": _median([thank.free_s for thank in thanks]),
        "gap_min_s": _rounded(min((gap.s for gap in gaps), default=None)),
        "gap_allowed_min_s": _rounded(min((gap.allowed_s for gap in gaps), default=None)),
        "gap_allowed_max_s": _rounded(max((gap.allowed_s for gap in gaps), default=None)),
        "gaps_too_short": sum(gap.is_too_short for gap in gaps),
        "toxic_answered": len(toxic_answers(notes, said)),
        "toxic_said": len(toxic_words(said, gate)),
    }


def _time_figures(said: Sequence[SaidLine], lasted_s: float) -> Figures:
    sounds = [(line.state, line.sound) for line in said if line.sound is not None]
    silences = _silences([sound for _, sound in sounds], lasted_s)
    by_state = {NextAction.REST.value: sum(silences)}
    for state, sound in sounds:
        by_state[state] = by_state.get(state, 0.0) + sound.ends_at_s - sound.begins_at_s
    return {
        "time_by_state": {state: _share(time_s, lasted_s) for state, time_s in by_state.items()},
        "silence_share": _share(sum(silences), lasted_s),
        "silence_longest_s": _rounded(max(silences, default=0.0)),
    }


def _silences(sounds: Sequence[Sound], lasted_s: float) -> list[float]:
    silences, quiet_from_s = [], 0.0
    for sound in sounds:
        silences.append(max(sound.begins_at_s - quiet_from_s, 0.0))
        quiet_from_s = max(quiet_from_s, sound.ends_at_s)
    return [*silences, max(lasted_s - quiet_from_s, 0.0)]


def _cost_figures(said: Sequence[SaidLine]) -> Figures:
    usages = [line.record.usage for line in said]
    return {
        "prompt_tokens": sum(usage.prompt_tokens for usage in usages),
        "completion_tokens": sum(usage.completion_tokens for usage in usages),
        "cost_usd": round(sum(usage.cost_usd for usage in usages), 6),
    }


def _checks(figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "value": figures[key],
            "target": target.value,
            "at_least": target.at_least,
            "met": target.is_met(figures[key]),
        }
        for key, target in TARGETS.items()
    ]


def _timeline(chat: Sequence[NotedEvent], said: Sequence[SaidLine], lasted_s: float) -> dict[str, Any]:
    bucket_s = max(lasted_s / BUCKETS, SHORTEST_BUCKET_S)
    lines = [0] * max(round(lasted_s / bucket_s), 1)
    for noted in chat:
        lines[min(int(noted.at_s / bucket_s), len(lines) - 1)] += 1
    spans = [
        [round(line.sound.begins_at_s, 1), round(line.sound.ends_at_s, 1), line.state]
        for line in said
        if line.sound is not None
    ]
    return {"lasts_s": round(lasted_s, 1), "bucket_s": round(bucket_s, 2), "lines": lines, "spans": spans}


def _script_entry(line: SaidLine) -> dict[str, Any]:
    record, trigger = line.record, line.record.trigger
    return {
        "at_s": round(line.began_at_s, 1),
        "state": line.state,
        "kind": record.trigger_kind,
        "viewer": trigger.viewer.name if trigger and trigger.viewer else "",
        "heard": trigger.text if trigger else "",
        "gift": f"{trigger.gift.name} × {trigger.count}" if trigger and trigger.gift else "",
        "also": len(record.also),
        "text": record.text,
        "outcome": record.outcome.value,
        "fault": record.fault,
        "model": record.usage.model,
        "age_s": _rounded(line.age_s),
        "likeness": _rounded(line.likeness),
        "is_repeat": line.is_repeat and not line.is_owed,
        "score": {name: round(part, 2) for name, part in record.score.items()},
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 2) if values else None


def _p95(values: Sequence[float]) -> float | None:
    return round(quantiles(values, n=20, method="inclusive")[-1], 2) if len(values) > 1 else _median(values)
