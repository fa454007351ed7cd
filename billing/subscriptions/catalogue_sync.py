"""Brings Stripe's products, prices, webhook endpoint and portal in line with the plans in code.

A second run changes nothing. A changed amount makes a new price that takes over the lookup key; whoever
subscribed before keeps the old price.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import stripe
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django_scopes import scopes_disabled
from djstripe.models import Price, Product, WebhookEndpoint

from billing.plans.catalogue import Interval, PlanPrice
from billing.subscriptions.api import asking_stripe, once
from billing.subscriptions.mirror import PRICE_KEY
from billing.subscriptions.offers import Sold, every_price
from billing.subscriptions.portal import PORTAL_MARK

# The events that change a customer, what it has bought, or the catalogue.
WEBHOOK_EVENTS: Final = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.refunded",
    "charge.updated",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "customer.created",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.updated",
    "invoice.voided",
    "price.created",
    "price.updated",
    "product.created",
    "product.updated",
)
# Prices are without VAT, which is added on top.
TAX_BEHAVIOR: Final = "exclusive"
LISTED: Final = 100
LOOKUP_KEYS_AT_ONCE: Final = 10
VERSION: Final = "vivavoce_version"


@dataclass(slots=True)
class CatalogueReport:
    """What a run has created and changed at Stripe, one line each."""

    changes: list[str] = field(default_factory=list)

    def note(self, verb: str, what: str) -> None:
        self.changes.append(f"{verb} {what}")


def sync_catalogue(public_url: str) -> CatalogueReport:
    """Create and change at Stripe what differs from the code; the mirror gets each answer at once.

    `public_url`: where Stripe reaches this installation. Raise `PaymentsUnavailable` without a key.
    """
    report = CatalogueReport()
    with scopes_disabled(), translation.override("en"):
        with asking_stripe() as api:
            _sync_products(api, report)
        with asking_stripe() as api:
            _sync_prices(api, report)
        with asking_stripe() as api:
            _sync_endpoint(api, report, public_url.rstrip("/"))
            _sync_portal(api, report, public_url.rstrip("/"))
    return report


def product_id(sold: Sold) -> str:
    return f"vivavoce_{sold.key}"


def _sync_products(api: Any, report: CatalogueReport) -> None:
    for sold in {id(sold): sold for sold, _ in every_price()}.values():
        wanted = {"name": f"Vivavoce {sold.name}", "active": True}
        try:
            found = api.products.retrieve(product_id(sold))
        except stripe.InvalidRequestError:
            asked = {"id": product_id(sold), **wanted, "metadata": {"vivavoce_key": str(sold.key)}}
            found = api.products.create(asked, once("product", product_id(sold), wanted))
            report.note("created", product_id(sold))
        if {name: found[name] for name in wanted} != wanted:
            found = api.products.update(found.id, wanted, once("product"))
            report.note("changed", product_id(sold))
        Product.sync_from_stripe_data(found)


def _sync_prices(api: Any, report: CatalogueReport) -> None:
    prices = every_price()
    present: dict[str, Any] = {}
    for first in range(0, len(prices), LOOKUP_KEYS_AT_ONCE):
        keys = [price.lookup_key for _, price in prices[first : first + LOOKUP_KEYS_AT_ONCE]]
        listed = api.prices.list({"lookup_keys": keys, "active": True, "limit": LISTED})
        present |= {each.lookup_key: each for each in listed.data}
    for sold, price in prices:
        found = present.get(price.lookup_key)
        if found is None or not _is_same(found, sold, price):
            found = _replace_price(api, report, sold, price, found)
        Price.sync_from_stripe_data(found)


def _is_same(found: Any, sold: Sold, price: PlanPrice) -> bool:
    interval = found.recurring.interval if found.recurring else Interval.ONCE
    is_equal = (found.unit_amount, found.currency, found.product) == (
        price.money.cents,
        price.money.currency,
        product_id(sold),
    )
    return is_equal and interval == price.interval and found.tax_behavior == TAX_BEHAVIOR


def _replace_price(api: Any, report: CatalogueReport, sold: Sold, price: PlanPrice, old: Any | None) -> Any:
    """Create a price that takes the lookup key from an older one, which can then not be bought any more."""
    asked: dict[str, Any] = {
        "product": product_id(sold),
        "unit_amount": price.money.cents,
        "currency": price.money.currency,
        "lookup_key": price.lookup_key,
        "transfer_lookup_key": True,
        "tax_behavior": TAX_BEHAVIOR,
        "metadata": {PRICE_KEY: price.lookup_key},
    }
    if price.interval is not Interval.ONCE:
        asked["recurring"] = {"interval": str(price.interval)}
    made = api.prices.create(asked, once("price", asked, old.id if old else ""))
    report.note("created", price.lookup_key)
    if old is not None:
        Price.sync_from_stripe_data(api.prices.update(old.id, {"active": False}, once("price")))
        report.note("archived", f"the earlier price of {price.lookup_key}")
    return made


def _sync_endpoint(api: Any, report: CatalogueReport, public_url: str) -> None:
    """Keep one endpoint. Stripe says its secret only once, so one whose secret we lack is made anew."""
    ours = {str(each.id): each for each in WebhookEndpoint.objects.exclude(secret="")}
    listed = {each.id: each for each in api.webhook_endpoints.list({"limit": LISTED}).data}
    kept = next((each for each in ours.values() if each.id in listed), None)
    if kept is None:
        _create_endpoint(api, report, public_url)
        return
    wanted = {"url": _webhook_url(public_url, kept.djstripe_uuid), "enabled_events": list(WEBHOOK_EVENTS)}
    found = listed[kept.id]
    if (found.url, sorted(found.enabled_events)) != (wanted["url"], sorted(WEBHOOK_EVENTS)):
        WebhookEndpoint.sync_from_stripe_data(
            _with_secret(api.webhook_endpoints.update(kept.id, wanted, once("endpoint")), kept.secret)
        )
        report.note("changed", "the webhook endpoint")


def _create_endpoint(api: Any, report: CatalogueReport, public_url: str) -> None:
    uuid = uuid4()
    asked = {
        "url": _webhook_url(public_url, uuid),
        "enabled_events": list(WEBHOOK_EVENTS),
        "api_version": settings.STRIPE_API_VERSION,
        "metadata": {"djstripe_uuid": str(uuid)},
    }
    made = api.webhook_endpoints.create(asked, once("endpoint"))
    WebhookEndpoint.sync_from_stripe_data(made)
    report.note("created", "the webhook endpoint")


def _with_secret(answer: Any, secret: str) -> Any:
    answer["secret"] = secret
    return answer


def _webhook_url(public_url: str, uuid: object) -> str:
    return public_url + reverse("stripe_webhook", args=[uuid])


def _sync_portal(api: Any, report: CatalogueReport, public_url: str) -> None:
    """Create or change our configuration of the portal; its version is a hash of what we asked for."""
    features = {
        "customer_update": {"enabled": True, "allowed_updates": ["address", "email", "name", "tax_id"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        # Plans are changed on our page, which keeps add-ons and says what a change costs.
        "subscription_update": {"enabled": False},
    }
    profile = {
        "privacy_policy_url": public_url + reverse("website:privacy"),
        "headline": "Vivavoce",
    }
    asked = {"features": features, "business_profile": profile}
    version = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    asked["metadata"] = {PORTAL_MARK: "1", VERSION: version}
    listed = api.billing_portal.configurations.list({"active": True, "limit": LISTED}).data
    found = next((each for each in listed if PORTAL_MARK in (each.metadata or {})), None)
    if found is None:
        api.billing_portal.configurations.create(asked, once("portal", version))
        report.note("created", "the configuration of the portal")
    elif found.metadata[VERSION] != version:
        api.billing_portal.configurations.update(found.id, asked, once("portal"))
        report.note("changed", "the configuration of the portal")
