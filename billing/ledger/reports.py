"""What a workspace has cost this month and what it is warned of; the ledger's single rows are not read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from billing.models.ledger import CreditWarning, UsageMonth
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


def month_cost_of(tenant: Tenant, *, now: datetime | None = None) -> MonthCost:
    """Return what a workspace has cost in this calendar month. One query."""
    month = (now or timezone.now()).date().replace(day=1)
    rows = UsageMonth.objects.filter(tenant=tenant, month=month)
    spent: int = rows.aggregate(cost=Sum("cost_micro_eur", default=0))["cost"]
    return MonthCost(spent / MICRO, settings.SPEND_CAP_TENANT_MONTH_USD * settings.EUR_PER_USD)


def warnings_of(tenant_id: UUID, *, now: datetime | None = None) -> dict[Meter, int]:
    """Return the highest warning of each meter that still holds: 80, 95 or 100 percent. One query.

    A warning holds until a newer grant begins or the grant that it was about has ended.
    """
    rows = CreditWarning.objects.filter(tenant_id=tenant_id).order_by("meter", "-period_start", "-percent")
    newest = rows.distinct("meter").filter(period_start__lte=now or timezone.now())
    return {Meter(row.meter): row.percent for row in newest}
