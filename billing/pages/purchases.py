"""What a purchase or a change costs, line by line, before it is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models.account import BillingAccount
from billing.pages.plan_card import current_lookup_key, day_text, is_subscribed
from billing.pages.words import Contents, contents_of, money_text, price_text
from billing.plans.catalogue import AddOn, CreditPack, Plan, PlanPrice, all_prices
from billing.subscriptions.changes import ChangePreview, preview_change
from billing.subscriptions.offers import price_of
from tenants.models import Tenant

SEAL: Final = "billing.purchases"
# So long the previewed amount holds: a change is charged to the second that was previewed.
SEALED_FOR_S: Final = 15 * 60


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of what is paid now."""

    text: str
    amount: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """Something on sale for one workspace. `add_ons` are those that the workspace has afterwards."""

    lookup_key: str
    sold: Plan | AddOn | CreditPack
    price: PlanPrice
    to_checkout: bool
    quantity: int = 1
    add_ons: Mapping[str, int] | None = None

    @property
    def title(self) -> str:
        return str(self.sold.name)

    @property
    def is_plan(self) -> bool:
        return isinstance(self.sold, Plan)

    @property
    def is_add_on(self) -> bool:
        return isinstance(self.sold, AddOn)

    @property
    def max_quantity(self) -> int:
        return self.sold.max_quantity if isinstance(self.sold, AddOn) else 1

    @property
    def contents(self) -> Contents | None:
        return None if isinstance(self.sold, CreditPack) else contents_of(self.sold)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a purchase costs. `seal` binds a change to exactly this amount; a checkout needs none."""

    lines: tuple[Sum, ...]
    due_now: str
    then: str
    before_tax: bool
    seal: str = ""


def purchase_of(account: BillingAccount, lookup_key: str, quantity: int | None) -> Purchase | None:
    """Return what a lookup key sells to a workspace; None when it is not on sale."""
    price, sold = price_of(lookup_key), all_prices().get(lookup_key)
    if price is None or sold is None:
        return None
    if not isinstance(sold, AddOn):
        is_change = isinstance(sold, Plan) and is_subscribed(account)
        return Purchase(lookup_key, sold, price, to_checkout=not is_change)
    owned = account.add_ons.get(sold.key, 0)
    wanted = max(1, owned) if quantity is None else min(max(0, quantity), sold.max_quantity)
    return Purchase(lookup_key, sold, price, False, wanted, {**account.add_ons, sold.key: wanted})


def quote(tenant: Tenant, account: BillingAccount, purchase: Purchase) -> Quote:
    """Return what a purchase costs now and later. Asks Stripe for a change; raise its errors."""
    if purchase.to_checkout:
        amount = money_text(purchase.price.money)
        then = ""
        if purchase.is_plan:
            then = _("Then %(price)s, until you cancel.") % {"price": _price(purchase)}
        return Quote((Sum(purchase.title, amount),), amount, then, before_tax=True)
    preview = preview_change(tenant, plan_key_of(account, purchase), add_ons=purchase.add_ons)
    lines = [Sum(line.text, money_text(line.amount)) for line in preview.lines]
    if preview.tax.cents:
        lines.append(Sum(_("VAT"), money_text(preview.tax)))
    sealed = signing.dumps([str(tenant.id), purchase.lookup_key, purchase.quantity, preview.at], salt=SEAL)
    return Quote(tuple(lines), money_text(preview.due_now), _then(purchase, preview), False, sealed)


def sealed_moment(tenant: Tenant, purchase: Purchase, seal: str) -> int | None:
    """Return the Unix time of a quote; None when it has expired or belongs to another workspace."""
    try:
        found: Any = signing.loads(seal, salt=SEAL, max_age=SEALED_FOR_S)
    except signing.BadSignature:
        return None
    *bound, at = found
    return int(at) if bound == [str(tenant.id), purchase.lookup_key, purchase.quantity] else None


def plan_key_of(account: BillingAccount, purchase: Purchase) -> str:
    """Return the lookup key of the plan that the workspace has after a change."""
    return purchase.lookup_key if purchase.is_plan else current_lookup_key(account)


def _then(purchase: Purchase, preview: ChangePreview) -> str:
    if purchase.is_add_on:
        return _("Then %(price)s each, with your plan.") % {"price": _price(purchase)}
    if preview.starts_at > timezone.now() and not preview.is_upgrade:
        words = {"day": day_text(preview.starts_at), "price": _price(purchase)}
        return (
            _("You keep what you have paid for until %(day)s. Then the new plan begins: %(price)s.") % words
        )
    return _("Then %(price)s, until you cancel.") % {"price": _price(purchase)}


def _price(purchase: Purchase) -> str:
    return price_text(purchase.price.money, purchase.price.interval)
