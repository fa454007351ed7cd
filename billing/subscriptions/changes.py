"""Changes a running subscription: another plan, add-ons, cancellation at the period's end, resumption.

A dearer plan is paid at once, for the rest of the period; if the card is declined, nothing changes. A cheaper
one is not refunded: what was paid for stays until the period ends (`billing/subscriptions/projector.py`).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from billing.plans.catalogue import Interval, Money
from billing.subscriptions.api import asking_stripe, once
from billing.subscriptions.checkout import required_price_id, unknown_price
from billing.subscriptions.errors import PaymentRefused
from billing.subscriptions.mirror import customer_of, is_living, items_of, moment, price_key, subscription_of
from billing.subscriptions.offers import add_on_key, add_on_of, monthly_cents, plan_of, price_of
from billing.subscriptions.refresh import refresh
from tenants import audit
from tenants.models import Tenant

Obj = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One line of a preview: a credit for unused time is negative."""

    text: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change costs. `due_now` includes tax; `at` makes the change cost exactly this.

    `starts_at`: when the new plan begins; a cheaper one begins when the present period ends.
    """

    lookup_key: str
    lines: tuple[PreviewLine, ...]
    due_now: Money
    tax: Money
    starts_at: datetime
    at: int

    @property
    def is_upgrade(self) -> bool:
        return bool(self.lines)


def preview_change(
    tenant: Tenant, lookup_key: str, *, add_ons: Mapping[str, int] | None = None
) -> ChangePreview:
    """Return what another plan, or other add-ons, would cost now. Changes nothing.

    `add_ons`: None keeps the present ones.
    """
    customer, subscription = _running(tenant)
    items, at = _new_items(subscription, lookup_key, add_ons), int(time.time())
    if not _is_dearer(subscription, lookup_key, add_ons):
        return _without_payment(subscription, lookup_key, at)
    details = {"items": items, "proration_behavior": "always_invoice", "proration_date": at}
    asked = {"customer": customer.id, "subscription": subscription["id"], "subscription_details": details}
    with asking_stripe() as api:
        invoice = api.invoices.create_preview(asked, once("preview"))
    currency = invoice.currency
    lines = (PreviewLine(line.description, Money(line.amount, currency)) for line in invoice.lines.data)
    tax = sum(each.amount for each in invoice.total_taxes or [])
    now = moment(at)
    assert now is not None  # noqa: S101  # a number has a time
    due, tax_of_it = Money(invoice.amount_due, currency), Money(tax, currency)
    return ChangePreview(lookup_key, tuple(lines), due, tax_of_it, now, at)


def change_plan(
    tenant: Tenant, lookup_key: str, *, add_ons: Mapping[str, int] | None = None, at: int | None = None
) -> None:
    """Change to another plan or other add-ons, as previewed at `at`.

    Raise `CardDeclined` if the difference cannot be paid; then nothing has changed.
    """
    customer, subscription = _running(tenant)
    asked: Obj = {"items": _new_items(subscription, lookup_key, add_ons), "cancel_at_period_end": False}
    if _is_dearer(subscription, lookup_key, add_ons):
        asked |= {"proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
        asked |= {"proration_date": at} if at else {}
    else:
        asked |= {"proration_behavior": "none"}
    parts = (subscription["id"], asked["items"], at) if at else ()
    with asking_stripe() as api:
        api.subscriptions.update(subscription["id"], asked, once("change", *parts))
    audit.record("plan.changed", tenant, detail={"price": lookup_key, "add_ons": dict(add_ons or {})})
    refresh(customer.id)


def cancel(tenant: Tenant) -> None:
    """End the subscription when the paid period ends."""
    _set_cancelled(tenant, cancelled=True)


def resume(tenant: Tenant) -> None:
    """Take a cancellation back, before the period has ended."""
    _set_cancelled(tenant, cancelled=False)


def _set_cancelled(tenant: Tenant, *, cancelled: bool) -> None:
    customer, subscription = _running(tenant)
    with asking_stripe() as api:
        asked = {"cancel_at_period_end": cancelled}
        api.subscriptions.update(subscription["id"], asked, once("cancel"))
    audit.record("plan.cancelled" if cancelled else "plan.resumed", tenant)
    refresh(customer.id)


def _running(tenant: Tenant) -> tuple[Any, Obj]:
    customer = customer_of(tenant)
    subscription = subscription_of(customer) if customer else None
    if customer is None or subscription is None or not is_living(subscription):
        raise PaymentRefused(
            _("This workspace has no running plan. Choose one first."), code="no_subscription"
        )
    return customer, subscription


def plan_item(subscription: Obj) -> Obj | None:
    """Return the item of a subscription that is its plan."""
    return next((item for item in items_of(subscription) if plan_of(price_key(item["price"]))), None)


def add_ons_of(subscription: Obj) -> dict[str, int]:
    """Return a subscription's add-ons with their quantities."""
    found = ((add_on_of(price_key(item["price"])), item) for item in items_of(subscription))
    return {add_on.key: int(item["quantity"]) for add_on, item in found if add_on}


def _new_items(subscription: Obj, lookup_key: str, add_ons: Mapping[str, int] | None) -> list[Obj]:
    """Return the changes of items as Stripe wants them: with ids for those that stay, change or go."""
    price = price_of(lookup_key)
    if price is None or plan_of(lookup_key) is None:
        raise unknown_price()
    wanted = {lookup_key: 1}
    for key, count in (add_ons_of(subscription) if add_ons is None else add_ons).items():
        if count > 0:
            wanted[add_on_key(key, price.interval)] = count
    changes, plan = [], plan_item(subscription)
    for item in items_of(subscription):
        key = lookup_key if item is plan else _same_add_on(item, price.interval)
        if key in wanted:
            changes.append({"id": item["id"], "quantity": wanted.pop(key), **_new_price(item, key)})
        else:
            changes.append({"id": item["id"], "deleted": True})
    return changes + [{"price": required_price_id(key), "quantity": wanted[key]} for key in wanted]


def _same_add_on(item: Obj, interval: Interval) -> str:
    add_on = add_on_of(price_key(item["price"]))
    return add_on_key(add_on.key, interval) if add_on else ""


def _new_price(item: Obj, lookup_key: str) -> Obj:
    """Return the price of an item if it changes; who has an older price of the same key keeps it."""
    same = price_key(item["price"]) == lookup_key
    return {} if same else {"price": required_price_id(lookup_key)}


def _is_dearer(subscription: Obj, lookup_key: str, add_ons: Mapping[str, int] | None) -> bool:
    """Return whether a change has to be paid now: more a month, or another interval."""
    price, plan, present = price_of(lookup_key), plan_of(lookup_key), plan_item(subscription)
    if price is None or plan is None or present is None:
        raise unknown_price()
    if present["price"]["recurring"]["interval"] != price.interval:
        return True
    old_plan, old_add_ons = plan_of(price_key(present["price"])), add_ons_of(subscription)
    new_add_ons = old_add_ons if add_ons is None else add_ons
    more = any(count > old_add_ons.get(key, 0) for key, count in new_add_ons.items())
    return more or (old_plan is not None and monthly_cents(plan) > monthly_cents(old_plan))


def _without_payment(subscription: Obj, lookup_key: str, at: int) -> ChangePreview:
    ends = moment(int(items_of(subscription)[0]["current_period_end"]))
    assert ends is not None  # noqa: S101  # a number has a time
    nothing = Money(0, subscription["currency"])
    return ChangePreview(lookup_key, (), nothing, nothing, ends, at)
