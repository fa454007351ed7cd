"""What a lookup key of our catalogue sells."""

from billing.plans.catalogue import (
    ADD_ONS,
    PACKS,
    PLANS,
    AddOn,
    CreditPack,
    Interval,
    Plan,
    PlanPrice,
    all_prices,
)

Sold = Plan | AddOn | CreditPack


def every_price() -> list[tuple[Sold, PlanPrice]]:
    """Return what is sold now with its prices."""
    found: list[tuple[Sold, PlanPrice]] = [(plan, price) for plan in PLANS.values() for price in plan.prices]
    found += [(each, price) for each in ADD_ONS.values() if each.is_sold for price in each.prices]
    return found + [(pack, pack.price) for pack in PACKS.values() if pack.is_sold]


def price_of(lookup_key: str) -> PlanPrice | None:
    """Return the price of a lookup key."""
    return next((price for _, price in every_price() if price.lookup_key == lookup_key), None)


def plan_of(lookup_key: str) -> Plan | None:
    sold = all_prices().get(lookup_key)
    return sold if isinstance(sold, Plan) else None


def add_on_of(lookup_key: str) -> AddOn | None:
    sold = all_prices().get(lookup_key)
    return sold if isinstance(sold, AddOn) else None


def pack_of(lookup_key: str) -> CreditPack | None:
    sold = all_prices().get(lookup_key)
    return sold if isinstance(sold, CreditPack) else None


def monthly_cents(plan: Plan) -> int:
    """Return a plan's rank: what it costs a month; 0 for the trial."""
    monthly = [price.money.cents for price in plan.prices if price.interval is Interval.MONTH]
    return monthly[0] if monthly else 0


def add_on_key(key: str, interval: Interval) -> str:
    """Return the lookup key under which an add-on is sold at an interval."""
    return next(price.lookup_key for price in ADD_ONS[key].prices if price.interval is interval)
