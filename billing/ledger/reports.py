"""What a workspace has cost this month, by the ledger's sums; its single rows are not read."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from billing.models.ledger import UsageMonth
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
