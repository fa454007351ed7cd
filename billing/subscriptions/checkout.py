"""Sends a workspace to Stripe's Checkout, to subscribe to a plan or to buy a credit pack."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from djstripe.models import Subscription

from billing.plans.entitlements import account_of
from billing.subscriptions.api import asking_stripe, once
from billing.subscriptions.customers import ensure_customer, push_company
from billing.subscriptions.errors import PaymentRefused
from billing.subscriptions.mirror import is_living, lock_customer, price_id_of, subscription_of
from billing.subscriptions.offers import add_on_key, pack_of, plan_of, price_of
from billing.subscriptions.refresh import NEWEST, refresh
from tenants import audit
from tenants.models import Tenant

# Stripe puts the session's id here when it sends the browser back.
SESSION_ID: Final = "{CHECKOUT_SESSION_ID}"
# In a session's metadata: what it sells, and a digest of everything that it was made with.
OFFER: Final = "vivavoce_offer"
REQUEST: Final = "vivavoce_request"


def start_checkout(
    tenant: Tenant,
    lookup_key: str,
    *,
    success_url: str,
    cancel_url: str,
    add_ons: Mapping[str, int] | None = None,
    coupon: str = "",
) -> str:
    """Return the address where a person subscribes to a plan or buys a pack.

    `lookup_key`: of a plan's price or a pack. `success_url`: `SESSION_ID` in it becomes the session's id.
    `add_ons`: keys and quantities, paid as often as the plan. `coupon`: an id of a coupon at Stripe; without
    one the person may type a promotion code. Asked twice, it is the same address until it is paid.

    Raise `PaymentRefused` if the workspace subscribes already, or if an agency pays for it.
    """
    _refuse_what_others_pay(tenant)
    is_pack = pack_of(lookup_key) is not None
    if not is_pack and plan_of(lookup_key) is None:
        raise unknown_price()
    customer = ensure_customer(tenant)
    push_company(tenant)
    items = _line_items(lookup_key, {} if is_pack else add_ons or {})
    asked = _session(tenant, items, success_url, cancel_url, coupon)
    asked |= _for_pack() if is_pack else {"mode": "subscription"}
    # Two clicks at once wait for each other here, so that the second finds the session of the first.
    with transaction.atomic():
        lock_customer(customer.id)
        url = _open_session(customer, {**asked, "customer": customer.id}, lookup_key)
    audit.record("checkout.started", tenant, detail={"price": lookup_key})
    return url


def _open_session(customer: Any, asked: dict[str, Any], lookup_key: str) -> str:
    """Return the address of the open session of an offer; make one if there is none.

    An offer has one open session, and a workspace one that subscribes: what was opened before with other
    words or another plan is closed, so that nobody pays twice. The caller has locked the customer.
    """
    digest = sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:40]
    with asking_stripe() as api:
        known = api.checkout.sessions.list({"customer": customer.id, "limit": NEWEST}).data
        if asked["mode"] == "subscription":
            _refuse_second_plan(customer, known)
        for session in known:
            if session.status != "open" or not _competes(session, asked["mode"], lookup_key):
                continue
            if session.metadata.get(REQUEST) == digest and session.url:
                return str(session.url)
            api.checkout.sessions.expire(session.id, {}, once("expire", session.id))
        marked = {**asked, "metadata": {OFFER: lookup_key, REQUEST: digest}}
        newest = known[0].id if known else ""
        created = api.checkout.sessions.create(marked, once("checkout", customer.id, digest, newest))
    return str(created.url)


def _competes(session: Any, mode: str, lookup_key: str) -> bool:
    """Return whether an open session sells the same as a new one would, or a plan beside a plan."""
    is_plan = mode == session.mode == "subscription"
    return is_plan or bool(session.metadata.get(OFFER) == lookup_key)


def _refuse_second_plan(customer: Any, known: Iterable[Any]) -> None:
    """Raise `PaymentRefused` if the workspace has a plan; one whose webhook is late is read from Stripe."""
    bought = {each.subscription for each in known if each.status == "complete" and each.subscription}
    if bought - set(Subscription.objects.filter(id__in=bought).values_list("id", flat=True)):
        refresh(customer.id)
    if is_living(subscription_of(customer)):
        raise PaymentRefused(
            _("This workspace has a plan already. Change it on the plan page."), code="already_subscribed"
        )


def unknown_price() -> PaymentRefused:
    return PaymentRefused(
        _("This is not sold any more. Load the page again to see the present prices."), code="unknown_price"
    )


def _refuse_what_others_pay(tenant: Tenant) -> None:
    if account_of(tenant.id).paid_by_id is not None:
        raise PaymentRefused(
            _("Your agency pays for this workspace. Ask it for another plan or more credit."),
            code="paid_by_agency",
        )


def _line_items(lookup_key: str, add_ons: Mapping[str, int]) -> list[dict[str, Any]]:
    price = price_of(lookup_key)
    if price is None:
        raise unknown_price()
    wanted = {lookup_key: 1, **{add_on_key(key, price.interval): count for key, count in add_ons.items()}}
    return [
        {"price": required_price_id(key), "quantity": count} for key, count in wanted.items() if count > 0
    ]


def required_price_id(lookup_key: str) -> str:
    """Return Stripe's id of a price; raise `PaymentRefused` if the catalogue was not synced."""
    price_id = price_id_of(lookup_key)
    if price_id is None:
        raise unknown_price()
    return price_id


def _session(
    tenant: Tenant, items: list[dict[str, Any]], success_url: str, cancel_url: str, coupon: str
) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "line_items": items,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "client_reference_id": str(tenant.pk),
        "locale": tenant.language,
        "automatic_tax": {"enabled": settings.STRIPE_AUTOMATIC_TAX},
        "billing_address_collection": "required",
    }
    if settings.STRIPE_AUTOMATIC_TAX:
        asked |= {"customer_update": {"address": "auto", "name": "auto"}}
    return asked | ({"discounts": [{"coupon": coupon}]} if coupon else {"allow_promotion_codes": True})


def _for_pack() -> dict[str, Any]:
    """Return what makes a session a single payment, with an invoice as every purchase has."""
    return {"mode": "payment", "invoice_creation": {"enabled": True}}
