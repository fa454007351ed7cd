"""Prints a bench's figures as one JSON object, and says whether they meet their targets."""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.calibration import calibration_ms, loop_times_ms

REFERENCE_CALIBRATION_MS = 10.0


class BenchError(SystemExit):
    """Ends a bench with a message that says what to do; the exit status is 1."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must reach on a machine whose calibration is `REFERENCE_CALIBRATION_MS`.

    `figure` names it within the figures, with dots where they are nested. Set one of the two limits. On a
    machine that is slower by a factor, a `scaled` limit on a time grows by it, and one on a rate shrinks.
    """

    figure: str
    at_most: float | None = None
    at_least: float | None = None
    scaled: bool = False

    def limit(self, slowness: float) -> float:
        if self.at_most is not None:
            return self.at_most * slowness if self.scaled else self.at_most
        if self.at_least is not None:
            return self.at_least / slowness if self.scaled else self.at_least
        raise ValueError(f"The target for {self.figure} has no limit.")

    def is_met(self, figures: dict[str, Any], slowness: float) -> bool:
        value: Any = figures
        for name in self.figure.split("."):
            value = value[name]
        limit = self.limit(slowness)
        return bool(value <= limit if self.at_most is not None else value >= limit)

    def as_json(self, slowness: float) -> dict[str, float]:
        """Return the limit of this run, and the one at the reference calibration if it differs."""
        kind, reference = (
            ("at_most", self.at_most) if self.at_most is not None else ("at_least", self.at_least)
        )
        limits = {kind: round(self.limit(slowness), 3)}
        return {**limits, "at_reference": reference} if self.scaled and reference is not None else limits


def make_report(figures: dict[str, Any], targets: Sequence[Target], calibration: float) -> dict[str, Any]:
    """Return the JSON object of a run; `calibration` is in milliseconds."""
    slowness = calibration / REFERENCE_CALIBRATION_MS
    limits: dict[str, dict[str, float]] = {}
    for target in targets:
        limits.setdefault(target.figure, {}).update(target.as_json(slowness))
    return {
        "figures": figures,
        "targets": limits,
        "met": all(target.is_met(figures, slowness) for target in targets),
        "machine": machine(),
        "calibration": {"ms": calibration, "reference_ms": REFERENCE_CALIBRATION_MS},
    }


@contextmanager
def reported(targets: Sequence[Target]) -> Iterator[dict[str, Any]]:
    """Yield a dictionary to be filled with figures, then print the report.

    The calibration is the median of rounds before and after, so that it sees the machine of the whole run.
    """
    times_ms = loop_times_ms()
    figures: dict[str, Any] = {}
    yield figures
    times_ms += loop_times_ms()
    print(json.dumps(make_report(figures, targets, calibration_ms(times_ms))))


def machine() -> dict[str, Any]:
    return {
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": [round(load, 2) for load in os.getloadavg()],
    }
