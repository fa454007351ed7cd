"""The public page of prices: the plans in code, what is in them, and what happens at each limit."""

from typing import Any

from django.conf import settings

from billing.pages.offers import add_on_offers, interval_from, pack_offers, plan_offers, trial_contents
from billing.pages.words import AT_LIMIT, IN_PREPARATION, METER_NAMES
from billing.plans.catalogue import GRACE_DAYS, TRIAL_DAYS, Meter


def pricing_context(every: str) -> dict[str, Any]:
    """Return what the page of prices shows; without billing, only what this installation itself may cost."""
    if not settings.BILLING_ENABLED:
        return {"live_cap_usd": settings.SPEND_CAP_LIVE_USD}
    interval = interval_from(every)
    sold = [meter for meter in Meter if meter not in IN_PREPARATION]
    return {
        "bills": True,
        "every": str(interval),
        "plans": plan_offers(interval),
        "trial": trial_contents(),
        "trial_days": TRIAL_DAYS,
        "grace_days": GRACE_DAYS,
        "packs": pack_offers(),
        "add_ons": add_on_offers(interval, {}),
        "limits": [(METER_NAMES[meter], AT_LIMIT[meter]) for meter in sold],
    }
