"""Arithmetic of billing periods, in seconds since 1970."""

import calendar
from datetime import UTC, datetime

from tests.fakes.stripe_server.world import Obj


def after_months(start: int, months: int) -> int:
    """Return the same day of a later month, or its last day."""
    moment = datetime.fromtimestamp(start, UTC)
    index = moment.month - 1 + months
    year, month = moment.year + index // 12, index % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def period_after(start: int, price: Obj) -> int:
    """Return the end of a price's period that begins at a time."""
    recurring = price["recurring"]
    count = int(recurring["interval_count"])
    if recurring["interval"] == "day":
        return int(start) + 86_400 * count
    return after_months(start, count * (12 if recurring["interval"] == "year" else 1))


def left_of(period: tuple[int, int], now: int) -> float:
    """Return which part of a period is still to come, from 0 to 1."""
    start, end = period
    return min(1.0, max(0.0, (end - now) / (end - start)))
