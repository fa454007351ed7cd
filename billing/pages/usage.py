"""Gathers what the page of usage, the home page and the REST API say of a workspace's usage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from billing.ledger.balances import balances_of
from billing.pages.costs import PeriodUsage, usage_since
from billing.pages.meters import MeterRow, meter_rows, unlimited_rows
from billing.pages.plan_card import day_text
from billing.plans.entitlements import Entitlements
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """The meters of a workspace in its present period, which began at `start`; `period` says it in words."""

    start: datetime
    period: str
    meters: Sequence[MeterRow]
    used: PeriodUsage


def usage_of(tenant: Tenant, found: Entitlements, *, now: datetime) -> UsageSummary:
    """Return the usage of the present period; without billing, of the calendar month (UTC). Three queries."""
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if found.is_self_hosted:
        used = usage_since(tenant, month)
        return UsageSummary(
            month, _("since %(day)s") % {"day": day_text(month)}, unlimited_rows(used.by_meter), used
        )
    balances = balances_of(tenant, now=now)
    ends = [balance.period_end for balance in balances.values() if balance.period_end]
    start = max(
        (balance.period_start for balance in balances.values() if balance.period_start), default=month
    )
    used = usage_since(tenant, start)
    # A workspace of an agency uses its agency's credit: the pace of its own use says nothing about that.
    pace = used.by_meter if found.payer_id == found.tenant_id else {}
    words = {"first": day_text(start), "last": day_text(max(ends)) if ends else ""}
    period = _("%(first)s to %(last)s") % words if ends else _("since %(day)s") % {"day": words["first"]}
    return UsageSummary(start, period, meter_rows(balances, pace, start=start), used)
