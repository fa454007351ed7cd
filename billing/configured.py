"""The prices and spend limits that the settings name."""

from uuid import UUID

from django.conf import settings

from billing.prices import PriceBook, price_book
from billing.spending import RedisSpendCap, SpendCaps, SpendLimits
from billing.usage import Subject
from providers.redis import async_redis


def configured_prices() -> PriceBook:
    """Return the shipped prices and the installation's own."""
    return price_book(settings.PRICES_FILE)


async def month_cap_of(tenant_id: UUID) -> RedisSpendCap:
    """Return the cap of what a workspace spends outside its lives, with what it has spent so far."""
    cap = configured_spend_caps().cap_of(Subject(tenant_id))
    await cap.allows()
    return cap


def configured_spend_caps() -> SpendCaps:
    """Return the spend caps, counted on the running event loop's Redis client."""
    limits = SpendLimits(
        live_usd=settings.SPEND_CAP_LIVE_USD,
        month_usd=settings.SPEND_CAP_MONTH_USD,
        tenant_month_usd=settings.SPEND_CAP_TENANT_MONTH_USD,
    )
    return SpendCaps(async_redis(), limits, configured_prices())
