"""Draws the timeline of a live as SVG: messages, gifts and viewers by minute."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reports.models import LiveSummary
from reports.summary.timeline import Minute

WIDTH, BAND_HEIGHT, GAP = 1_000.0, 64.0, 1.0  # in the units of the SVG's view box


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """The bands of a timeline; empty where nothing was reported.

    `messages`, `moments` and `gifts` are data of paths, a rectangle a minute; `moments` are those minutes of
    `messages` that stand out. `viewers` are the points of a line.
    """

    messages: str
    moments: str
    gifts: str
    viewers: str
    most_messages: int
    most_diamonds: int
    most_viewers: int
    ticks: tuple[str, ...]


def draw_timeline(summary: LiveSummary) -> TimelineChart | None:
    """Return the timeline of a live; None for a live of a single minute."""
    minutes: Sequence[Minute] = summary.minutes
    if len(minutes) < 2:
        return None
    messages = [minute["messages"] for minute in minutes]
    diamonds = [minute["diamonds"] or minute["gifts"] for minute in minutes]
    viewers = [minute["viewers"] for minute in minutes]
    moments = frozenset(summary.moments)
    return TimelineChart(
        messages=_bars(messages, frozenset(range(len(minutes))) - moments),
        moments=_bars(messages, moments),
        gifts=_bars(diamonds, range(len(minutes))),
        viewers=_points(viewers),
        most_messages=max(messages),
        most_diamonds=max(diamonds),
        most_viewers=max([each for each in viewers if each is not None], default=0),
        ticks=tuple(_clock(summary.length_s * quarter / 4) for quarter in range(5)),
    )


def _bars(counts: Sequence[int], shown: Collection[int]) -> str:
    """Return the rectangles of the minutes `shown`, in SVG's format, whatever the page's language."""
    most, step = max([*counts, 1]), WIDTH / len(counts)
    width = _number(max(step - GAP, 0.6))
    rectangles = []
    for index, count in enumerate(counts):
        if count and index in shown:
            height = max(BAND_HEIGHT * count / most, 1.5)
            x, y = _number(index * step), _number(BAND_HEIGHT - height)
            rectangles.append(f"M{x} {y}h{width}v{_number(height)}h-{width}z")
    return "".join(rectangles)


def _points(viewers: Sequence[int | None]) -> str:
    """Return the points of the line; a minute without a report repeats the one before."""
    known = [each for each in viewers if each is not None]
    if not known:
        return ""
    most, step, last = max([*known, 1]), WIDTH / len(viewers), known[0]
    points = []
    for index, count in enumerate(viewers):
        last = last if count is None else count
        points.append(f"{_number((index + 0.5) * step)},{_number(BAND_HEIGHT * (1 - last / most))}")
    return " ".join(points)


def _number(value: float) -> str:
    return f"{value:.1f}"


def _clock(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
