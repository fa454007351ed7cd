"""Estimates how much of a meter will be used at the end of the period. Plain Python."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Before this much of a period has passed, one evening says nothing about the month.
TOO_EARLY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a meter will show at the period's end if the use goes on as so far.

    `runs_out_at` is when the quantity that is left ends; None when it lasts for the period.
    """

    at_end: int
    runs_out_at: datetime | None


def forecast(*, used: int, left: int, start: datetime, end: datetime, now: datetime) -> Forecast | None:
    """Extend the average use since the period's start to its end, in the meter's unit.

    Return None where that would be a guess: nothing is used yet, the period has hardly begun, or it is over.
    """
    passed = now - start
    if used <= 0 or passed < TOO_EARLY or now >= end:
        return None
    per_second = used / passed.total_seconds()
    coming = per_second * (end - now).total_seconds()
    runs_out = now + timedelta(seconds=left / per_second) if left < coming else None
    return Forecast(round(used + coming), runs_out)
