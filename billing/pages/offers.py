"""What can be bought, with prices in words: for the public page of prices and for the choice of a plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from billing.pages.words import Contents, contents_of, money_text, price_text
from billing.plans.catalogue import ADD_ONS, PACKS, PLANS, AddOn, Interval, Plan, PlanKey, PlanPrice


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan with its price for one billing interval. A plan of another account is never `is_current`."""

    key: str
    name: str
    price: str
    lookup_key: str
    contents: Contents
    is_current: bool = False
    is_solid: bool = False


@dataclass(frozen=True, slots=True)
class SmallOffer:
    """A pack or an add-on with its price. `owned` is how many of an add-on the workspace has."""

    name: str
    price: str
    lookup_key: str
    owned: int = 0


def interval_from(text: str) -> Interval:
    """Return the billing interval that an address names; monthly for anything else."""
    return Interval.YEAR if text == Interval.YEAR else Interval.MONTH


def plan_offers(every: Interval, *, current: str = "") -> list[PlanOffer]:
    """Return the plans on sale. `current` is the lookup key of the price that the workspace pays."""
    return [
        PlanOffer(
            key=str(plan.key),
            name=str(plan.name),
            price=price_text(price.money, price.interval),
            lookup_key=price.lookup_key,
            contents=contents_of(plan),
            is_current=price.lookup_key == current,
            is_solid=plan.key is PlanKey.SELF,
        )
        for plan in PLANS.values()
        if (price := price_for(plan, every))
    ]


def trial_contents() -> Contents:
    """Return what the trial includes."""
    return contents_of(PLANS[PlanKey.TRIAL])


def pack_offers() -> list[SmallOffer]:
    """Return the credit packs on sale."""
    return [
        SmallOffer(str(pack.name), money_text(pack.price.money), pack.price.lookup_key)
        for pack in PACKS.values()
        if pack.is_sold
    ]


def add_on_offers(every: Interval, owned: Mapping[str, int]) -> list[SmallOffer]:
    """Return the add-ons on sale that the workspace's billing interval has a price for."""
    return list(_add_ons(every, owned))


def _add_ons(every: Interval, owned: Mapping[str, int]) -> Iterator[SmallOffer]:
    for add_on in ADD_ONS.values():
        price = price_for(add_on, every)
        if price and add_on.is_sold:
            text = price_text(price.money, price.interval)
            yield SmallOffer(str(add_on.name), text, price.lookup_key, owned.get(add_on.key, 0))


def price_for(sold: Plan | AddOn, every: Interval) -> PlanPrice | None:
    """Return the price of a plan or an add-on for a billing interval; None when it is not sold that way."""
    return next((price for price in sold.prices if price.interval is every), None)
