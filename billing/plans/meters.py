"""What is left of a plan's meters, as the doors see it."""

from billing.plans.catalogue import Meter
from billing.plans.entitlements import Entitlements


def left_of(entitlements: Entitlements, meter: Meter) -> int:
    """Return what the payer's workspace has left of a meter, without what is reserved."""
    return entitlements.grants.get(meter, 0)


def unused_of(entitlements: Entitlements, meter: Meter) -> int:
    """Return what is not used yet, also what running lives have reserved."""
    return entitlements.grants.get(meter, 0)
