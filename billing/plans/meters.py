"""What is left of a plan's meters, as the doors see it."""

from django.utils import timezone

from billing.ledger.balances import balance_of
from billing.ledger.sql import free_credit
from billing.plans.catalogue import Meter
from billing.plans.entitlements import Entitlements
from tenants.models import Tenant


def left_of(entitlements: Entitlements, meter: Meter) -> int:
    """Return what the payer's workspace has left of a meter, without what is reserved. One query."""
    return free_credit(entitlements.payer_id, meter, "", timezone.now())


def unused_of(entitlements: Entitlements, meter: Meter) -> int:
    """Return what is not used yet, also what running lives have reserved. Two queries."""
    balance = balance_of(Tenant(id=entitlements.payer_id), meter)
    return balance.granted - balance.used
