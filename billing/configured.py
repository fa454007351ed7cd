"""The prices and spend limits that the settings name."""

from uuid import UUID

from django.conf import settings

from billing.caps import MeterCap, SpendCaps
from billing.ledger.credit import CostLimits
from billing.ledger.meter import LedgerMeter
from billing.ledger.writing import WriteUsage, write_with_django
from billing.plans.catalogue import Meter
from billing.prices import PriceBook, price_book
from billing.spending import InstallationCap
from billing.usage import Subject
from providers.redis import async_redis


def configured_prices() -> PriceBook:
    """Return the shipped prices and the installation's own."""
    return price_book(settings.PRICES_FILE)


def micro_eur(usd: float) -> int:
    """Return US dollars as millionths of a euro, at the rate of the settings."""
    rate: float = settings.EUR_PER_USD
    return round(usd * rate * 1e6)


async def month_cap_of(tenant_id: UUID, meter: Meter) -> MeterCap:
    """Return the cap of what a workspace uses of a meter outside its lives, read now."""
    cap = configured_spend_caps().cap_of(Subject(tenant_id), meter)
    await cap.allows()
    return cap


def configured_spend_caps(write: WriteUsage | None = None) -> SpendCaps:
    """Return the spend caps of this process, on the running event loop's Redis client.

    With `write` the ledger is written by `SpendCaps.ledger.run`, otherwise whenever a cap is asked.
    """
    prices = configured_prices()
    ledger = LedgerMeter(
        write or write_with_django,
        prices,
        euros_per_dollar=settings.EUR_PER_USD,
        is_enforced=settings.BILLING_ENABLED,
        limits=CostLimits(
            live_micro_eur=micro_eur(settings.SPEND_CAP_LIVE_USD),
            month_micro_eur=micro_eur(settings.SPEND_CAP_TENANT_MONTH_USD),
        ),
    )
    installation = InstallationCap(async_redis(), settings.SPEND_CAP_MONTH_USD, prices)
    return SpendCaps(ledger, installation, writes_at_once=write is None)
