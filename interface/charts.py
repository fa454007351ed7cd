"""Computes the coordinates of small charts. The pages draw them as SVG, without a script."""

from collections.abc import Sequence
from dataclasses import dataclass

# The SVG's own units. The page stretches the picture, and lines keep their thickness.
WIDTH = 100
HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Rect:
    """One bar, in SVG units from the upper left corner."""

    x: float
    y: float
    width: float
    height: float


def line_points(values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """Return the points of a line chart as one list per unbroken run of values.

    The lowest value lies on the lower edge and the highest on the upper edge; equal values lie in the middle.
    None is a gap. A single value becomes a line over its step, so that it can be seen.
    """
    known = [value for value in values if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    step = WIDTH / max(1, len(values) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        runs[-1].append((round(index * step, 2), round(HEIGHT - share * HEIGHT, 2)))
    return [_visible(run, step) for run in runs if run]


def _visible(run: list[tuple[float, float]], step: float) -> list[tuple[float, float]]:
    if len(run) > 1:
        return run
    x, y = run[0]
    return [(max(0, round(x - step / 2, 2)), y), (min(WIDTH, round(x + step / 2, 2)), y)]


def bar_rects(values: Sequence[float]) -> list[Rect]:
    """Return one bar per value, from zero to the highest value. Values below zero count as zero."""
    high = max((max(0, value) for value in values), default=0)
    if not high:
        return []
    slot = WIDTH / len(values)
    return [
        Rect(round(index * slot, 2), round(HEIGHT - height, 2), round(slot * 0.75, 2), height)
        for index, height in enumerate(round(max(0, value) / high * HEIGHT, 2) for value in values)
    ]
