"""Makes the report of a rehearsal from its trace: figures, target checks, timeline and script."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from livesessions.pipeline.ports import Gate
from rehearsals.rehearsal.figures import Figures, chat_lines, compute_figures, rounded
from rehearsals.rehearsal.rule_checks import PacingLimits
from rehearsals.rehearsal.script import ScriptLine, build_script
from rehearsals.rehearsal.trace import RehearsalTrace, TracedEvent

MAX_BUCKETS = 90
MIN_BUCKET_S = 5.0


@dataclass(frozen=True, slots=True)
class FigureTarget:
    """The target of a figure: at most `value` or, with `at_least`, no less than it."""

    value: float
    at_least: bool = False

    def is_met(self, figure: float | None) -> bool | None:
        """Return whether a figure meets the target; None when there was nothing to measure."""
        if figure is None:
            return None
        return figure >= self.value if self.at_least else figure <= self.value


TARGETS = {
    "age_median_s": FigureTarget(10.0),
    "repeats": FigureTarget(0),
    "gaps_too_short": FigureTarget(0),
    "toxic_answered": FigureTarget(0),
    "toxic_said": FigureTarget(0),
    "thanks_free_median_s": FigureTarget(1.0),
    "silence_longest_s": FigureTarget(30.0),
    "failed": FigureTarget(0),
}


def make_report(trace: RehearsalTrace, *, gate: Gate, limits: PacingLimits) -> dict[str, Any]:
    """Return the report as JSON values.

    - `figures`: by key, see `compute_figures`.
    - `checks`: a list of `key`, `value`, `target`, `at_least` and `met`.
    - `timeline`: `lasts_s`, `bucket_s`, `lines` (chat lines a bucket) and `spans` (begin, end, host's state).
    - `script`: one entry for each reply.
    """
    script = build_script(trace)
    figures = compute_figures(trace, script, gate=gate, limits=limits)
    return {
        "figures": figures,
        "checks": _checks(figures),
        "timeline": _timeline(chat_lines(trace), script, trace.lasted_s),
        "script": [_script_entry(line) for line in script],
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


def _timeline(chat: Sequence[TracedEvent], script: Sequence[ScriptLine], lasted_s: float) -> dict[str, Any]:
    bucket_s = max(lasted_s / MAX_BUCKETS, MIN_BUCKET_S)
    lines = [0] * max(round(lasted_s / bucket_s), 1)
    for traced in chat:
        lines[min(int(traced.at_s / bucket_s), len(lines) - 1)] += 1
    spans = [
        [round(line.playback.begins_at_s, 1), round(line.playback.ends_at_s, 1), line.state]
        for line in script
        if line.playback is not None
    ]
    return {"lasts_s": round(lasted_s, 1), "bucket_s": round(bucket_s, 2), "lines": lines, "spans": spans}


def _script_entry(line: ScriptLine) -> dict[str, Any]:
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
        "age_s": rounded(line.age_s),
        "likeness": rounded(line.similarity),
        "is_repeat": line.is_repetition and not line.is_mandatory,
        "score": {name: round(part, 2) for name, part in record.score.items()},
    }
