"""What a workspace has left of each meter: a query over grants and reservations, never over the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from billing.ledger.sql import payer_of
from billing.models.ledger import CreditWarning
from billing.plans.catalogue import Meter
from tenants.models import Tenant

# Like `billing_free_credit`, but with the parts that a page shows.
BALANCES = """
SELECT meter, sum(granted), sum(used), sum(reserved), max(period_start), max(period_end) FROM (
  SELECT meter, quantity AS granted, used, 0 AS reserved,
    CASE WHEN source IN ('plan', 'trial') THEN starts_at END AS period_start,
    CASE WHEN source IN ('plan', 'trial') THEN expires_at END AS period_end
  FROM billing_grant
  WHERE tenant_id = %(payer)s AND starts_at <= %(now)s AND (expires_at IS NULL OR expires_at > %(now)s)
  UNION ALL
  SELECT meter, 0, 0, quantity, NULL, NULL FROM billing_reservation
  WHERE tenant_id = %(payer)s AND state = 'open' AND expires_at > %(now)s
) part GROUP BY meter
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """A meter's credit, in the meter's unit. The period is that of the plan's grant, if there is one."""

    granted: int = 0
    used: int = 0
    reserved: int = 0
    period_start: datetime | None = None
    period_end: datetime | None = None

    @property
    def left(self) -> int:
        """What is neither used nor reserved; never negative."""
        return max(0, self.granted - self.used - self.reserved)

    @property
    def percent_used(self) -> int:
        """The used share of what was granted, rounded down; 0 when nothing was granted."""
        return self.used * 100 // self.granted if self.granted else 0

    @property
    def warned_at_percent(self) -> int:
        """The highest percent that is warned of and reached: 80, 95 or 100; 0 while none is."""
        return max((step for step in CreditWarning.PERCENTS if step <= self.percent_used), default=0)


def balances_of(tenant: Tenant, *, now: datetime | None = None) -> Mapping[Meter, Balance]:
    """Return the balance of every meter. An agency's workspaces use the agency's credit. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"payer": payer_of(tenant.id), "now": now or timezone.now()})
        found = {
            Meter(meter): Balance(int(granted), int(used), int(reserved), start, end)
            for meter, granted, used, reserved, start, end in cursor.fetchall()
        }
    return {meter: found.get(meter, Balance()) for meter in Meter}


def balance_of(tenant: Tenant, meter: Meter, *, now: datetime | None = None) -> Balance:
    """Return the balance of one meter."""
    return balances_of(tenant, now=now)[meter]
