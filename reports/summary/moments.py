"""Finds the liveliest minutes of a live."""

from collections.abc import Sequence
from statistics import median

from reports.summary.timeline import Minute

MOST_MOMENTS = 5
TIMES_THE_MEDIAN = 2
FEWEST = 5  # messages and gifts; a quieter minute is no moment
APART = 2  # minutes between two moments: one peak is one moment


def best_moments(minutes: Sequence[Minute]) -> list[int]:
    """Return the indices of the liveliest minutes, in the order of time.

    A moment has at least `TIMES_THE_MEDIAN` times as many messages and gifts as the live's median minute.
    """
    counts = [minute["messages"] + minute["gifts"] for minute in minutes]
    least = max(TIMES_THE_MEDIAN * median(counts), FEWEST) if counts else 0
    found: list[int] = []
    for index in sorted(range(len(counts)), key=lambda index: -counts[index]):
        if counts[index] < least or len(found) == MOST_MOMENTS:
            break
        if all(abs(index - other) >= APART for other in found):
            found.append(index)
    return sorted(found)
