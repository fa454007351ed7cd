"""What a workspace has used and what it has cost, from the ledger's sums; the ledger itself is not read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone

from billing.models.ledger import CreditWarning, UsageDay, UsageLive, UsageMonth
from billing.plans.catalogue import Meter
from tenants.models import Tenant

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class MonthCost:
    """What a workspace has cost this month (UTC), in euros, and the installation's limit; 0 is no limit."""

    spent_eur: float
    limit_eur: float

    @property
    def is_reached(self) -> bool:
        return 0 < self.limit_eur <= self.spent_eur


@dataclass(frozen=True, slots=True)
class UsageSum:
    """A quantity in its kind's unit with its estimated cost in millionths of a euro."""

    quantity: int
    cost_micro_eur: int


@dataclass(frozen=True, slots=True)
class LiveUsage:
    """What one live used, by kind."""

    live_id: UUID
    last_at: datetime
    by_kind: Mapping[str, UsageSum]

    @property
    def cost_micro_eur(self) -> int:
        return sum(part.cost_micro_eur for part in self.by_kind.values())


def month_cost_of(tenant: Tenant, *, now: datetime | None = None) -> MonthCost:
    """Return what a workspace has cost in this calendar month. One query."""
    month = (now or timezone.now()).date().replace(day=1)
    rows = UsageMonth.objects.filter(tenant=tenant, month=month)
    spent: int = rows.aggregate(cost=Sum("cost_micro_eur", default=0))["cost"]
    return MonthCost(spent / MICRO, settings.SPEND_CAP_TENANT_MONTH_USD * settings.EUR_PER_USD)


def usage_by_kind(tenant: Tenant, *, since: date, until: date) -> dict[str, UsageSum]:
    """Return what a workspace used from a day until the day before another, by kind. One query."""
    rows = UsageDay.objects.filter(tenant=tenant, day__gte=since, day__lt=until).values("kind")
    sums = rows.annotate(used=Sum("quantity"), cost=Sum("cost_micro_eur")).order_by("kind")
    return {row["kind"]: UsageSum(row["used"], row["cost"]) for row in sums}


def usage_by_day(tenant: Tenant, *, kind: str, since: date, until: date) -> dict[date, UsageSum]:
    """Return what a workspace used of one kind on each day that has any. One query."""
    rows = UsageDay.objects.filter(tenant=tenant, kind=kind, day__gte=since, day__lt=until).values("day")
    sums = rows.annotate(used=Sum("quantity"), cost=Sum("cost_micro_eur")).order_by("day")
    return {row["day"]: UsageSum(row["used"], row["cost"]) for row in sums}


def usage_of_lives(tenant: Tenant, *, since: datetime, limit: int = 50) -> Sequence[LiveUsage]:
    """Return what the lives since a time used, the last first. Two queries."""
    recent = UsageLive.objects.filter(tenant=tenant, last_at__gte=since).values("live_id")
    newest = list(recent.annotate(at=Max("last_at")).order_by("-at")[:limit])
    found: dict[UUID, dict[str, UsageSum]] = {row["live_id"]: {} for row in newest}
    for row in UsageLive.objects.filter(tenant=tenant, live_id__in=list(found)):
        found[row.live_id][row.kind] = UsageSum(row.quantity, row.cost_micro_eur)
    return [LiveUsage(row["live_id"], row["at"], found[row["live_id"]]) for row in newest]


def warnings_of(tenant_id: UUID, *, now: datetime | None = None) -> dict[Meter, int]:
    """Return the highest warning of each meter that still holds: 80, 95 or 100 percent. One query.

    A warning holds until a newer grant begins or the grant that it was about has ended.
    """
    rows = CreditWarning.objects.filter(tenant_id=tenant_id).order_by("meter", "-period_start", "-percent")
    newest = rows.distinct("meter").filter(period_start__lte=now or timezone.now())
    return {Meter(row.meter): row.percent for row in newest}
