"""How much of each meter is used: the bars of the page of usage, of the home page and of the REST API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.ledger.balances import Balance
from billing.pages.forecast import forecast
from billing.pages.plan_card import day_text
from billing.pages.words import AT_LIMIT, IN_PREPARATION, METER_NAMES, quantity_text
from billing.plans.catalogue import Meter

NEAR, VERY_NEAR, FULL = 80, 95, 100


@dataclass(frozen=True, slots=True)
class MeterRow:
    """One meter in words. `percent` is of what the period grants and packs added; 0 without a limit."""

    meter: Meter
    name: str
    used: int
    used_text: str
    granted: int = 0
    is_limited: bool = False
    percent: int = 0
    granted_text: str = ""
    left_text: str = ""
    warning: str = ""
    forecast: str = ""
    at_limit: str = ""


def meter_rows(
    balances: Mapping[Meter, Balance], in_period: Mapping[Meter, int], *, start: datetime
) -> list[MeterRow]:
    """Describe the balances; a meter that gives nothing and was not used is left out.

    `in_period` is what was used since `start`: a balance also counts what older packs gave.
    """
    return [
        _row(meter, balance, in_period.get(meter, 0), start)
        for meter, balance in balances.items()
        if balance.granted or balance.used
    ]


def unlimited_rows(in_period: Mapping[Meter, int]) -> list[MeterRow]:
    """Describe what was used where no plan limits anything."""
    return [
        MeterRow(meter, str(METER_NAMES[meter]), used, used_text=quantity_text(meter, used))
        for meter in Meter
        if (used := in_period.get(meter, 0)) or meter not in IN_PREPARATION
    ]


def _row(meter: Meter, balance: Balance, in_period: int, start: datetime) -> MeterRow:
    percent = percent_of(balance)
    return MeterRow(
        meter=meter,
        name=str(METER_NAMES[meter]),
        used=balance.used,
        used_text=quantity_text(meter, balance.used),
        granted=balance.granted,
        is_limited=True,
        percent=percent,
        granted_text=quantity_text(meter, balance.granted),
        left_text=quantity_text(meter, balance.left),
        warning=warning_text(meter, balance.left, percent),
        forecast=_forecast_text(meter, balance, in_period, start) if percent < FULL else "",
        at_limit=str(AT_LIMIT[meter]),
    )


def percent_of(balance: Balance) -> int:
    """Return the used share in whole percent; 100 only when nothing is left."""
    if not balance.granted:
        return FULL
    return FULL if balance.left <= 0 else min(FULL - 1, 100 * balance.used // balance.granted)


def warning_text(meter: Meter, left: int, percent: int) -> str:
    """Warn at 80 and 95 percent, and say what happens at the limit."""
    if percent >= FULL:
        return _("Used up. %(then)s") % {"then": AT_LIMIT[meter]}
    if percent >= VERY_NEAR:
        words = {"left": quantity_text(meter, left), "then": AT_LIMIT[meter]}
        return _("Almost used up: %(left)s are left. Then: %(then)s") % words
    if percent >= NEAR:
        return _("%(left)s are left.") % {"left": quantity_text(meter, left)}
    return ""


def _forecast_text(meter: Meter, balance: Balance, in_period: int, start: datetime) -> str:
    if balance.period_end is None:
        return ""
    found = forecast(
        used=in_period, left=balance.left, start=start, end=balance.period_end, now=timezone.now()
    )
    if found is None:
        return ""
    if found.runs_out_at:
        return _("At this pace it is used up on %(day)s.") % {"day": day_text(found.runs_out_at)}
    words = {"quantity": quantity_text(meter, found.at_end), "day": day_text(balance.period_end)}
    return _("At this pace about %(quantity)s by %(day)s.") % words
