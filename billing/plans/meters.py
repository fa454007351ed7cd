"""What is left of a plan's meters, as the doors see it."""

from billing.plans.catalogue import Meter
from billing.plans.entitlements import Entitlements


def left_of(entitlements: Entitlements, meter: Meter) -> int:
    """Return what the payer's workspace has left of a meter, in the meter's unit."""
    return entitlements.grants.get(meter, 0)
