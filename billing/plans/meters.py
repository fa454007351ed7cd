"""What is left of a plan's meters, as the doors see it."""

from django.utils import timezone

from billing.ledger.sql import free_credit
from billing.plans.catalogue import Meter
from billing.plans.entitlements import Entitlements


def left_of(entitlements: Entitlements, meter: Meter) -> int:
    """Return what the payer's workspace has left of a meter, without what is reserved. One query."""
    return free_credit(entitlements.payer_id, meter, "", timezone.now())
