"""Reads Stripe's mirror in our tables.

dj-stripe's own helpers for subscriptions read fields that Stripe moved in 2025, so they are not used.

Subscriptions, invoices and sessions are handed out as Stripe's objects, as plain dicts.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection
from djstripe.models import Customer, Invoice, Price, Session, Subscription

from tenants.models import Tenant

Obj = dict[str, Any]

# Our name of a price in its metadata. A `lookup_key` moves to the next price when the amount changes.
PRICE_KEY: Final = "vivavoce_price"
LIVING: Final = frozenset({"active", "trialing", "past_due", "unpaid", "paused"})
# Tells these locks of PostgreSQL from others; any number would do.
LOCK_CLASS: Final = 1_937_011_305


def lock_customer(stripe_id: str) -> None:
    """Wait until no other transaction writes what belongs to a customer.

    Else an older answer of Stripe's API could be stored after a newer one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, stripe_id])


def customer_of(tenant: Tenant) -> Any | None:
    """Return the mirror of a workspace's customer in the present mode."""
    customers = Customer.objects.filter(subscriber=tenant, livemode=settings.STRIPE_LIVE_MODE)
    return customers.order_by("created").first()


def subscription_of(customer: Any) -> Obj | None:
    """Return a customer's living subscription, else the one that ended last."""
    found = [each.stripe_data for each in Subscription.objects.filter(customer=customer)]
    found = [each for each in found if each["status"] not in ("incomplete", "incomplete_expired")]
    living = [each for each in found if each["status"] in LIVING]
    return max(living or found, key=lambda each: int(each["created"]), default=None)


def is_living(subscription: Obj | None) -> bool:
    return subscription is not None and subscription["status"] in LIVING


def items_of(subscription: Obj) -> list[Obj]:
    """Return the items that a subscription has now; dj-stripe's rows of items include removed ones."""
    items: list[Obj] = subscription["items"]["data"]
    return items


def invoices_of_customer(customer: Any, **filters: Any) -> Iterator[Obj]:
    """Yield a customer's invoices, newest first."""
    for invoice in Invoice.objects.filter(customer=customer, **filters).order_by("-created", "-djstripe_id"):
        yield invoice.stripe_data


def paid_sessions(customer: Any) -> Iterator[Obj]:
    """Yield the Checkout sessions in which a customer has bought something once."""
    paid = {"stripe_data__mode": "payment", "stripe_data__payment_status": "paid"}
    for session in Session.objects.filter(customer=customer, **paid):
        yield session.stripe_data


def price_key(price: Obj) -> str:
    """Return our lookup key of a price, also of one that was replaced."""
    return str((price.get("metadata") or {}).get(PRICE_KEY) or price.get("lookup_key") or "")


def price_key_of_id(price_id: str) -> str:
    """Return our lookup key of the price with an id of Stripe; empty if it is unknown."""
    price = Price.objects.filter(id=price_id).first()
    return price_key(price.stripe_data) if price else ""


def price_id_of(lookup_key: str) -> str | None:
    """Return Stripe's id of the price that is sold under a lookup key now."""
    sold = {"stripe_data__lookup_key": lookup_key, "stripe_data__active": True}
    price = Price.objects.filter(livemode=settings.STRIPE_LIVE_MODE, **sold).order_by("-created").first()
    return price.id if price else None


def moment(seconds: int | None) -> datetime | None:
    """Return a time of Stripe's, in seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
