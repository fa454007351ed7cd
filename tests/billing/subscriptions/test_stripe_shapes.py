"""The local Stripe's objects have only fields that Stripe's own library knows, and those that we read."""

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from tenants.models import Tenant
from tests.billing.subscriptions.shop import buy
from tests.fakes.stripe_server.server import LocalStripe

MODULES = {
    "account": ("_account", "Account"),
    "checkout.session": ("checkout/_session", "Session"),
    "billing_portal.configuration": ("billing_portal/_configuration", "Configuration"),
    "billing_portal.session": ("billing_portal/_session", "Session"),
    "charge": ("_charge", "Charge"),
    "dispute": ("_dispute", "Dispute"),
    "payment_intent": ("_payment_intent", "PaymentIntent"),
    "customer": ("_customer", "Customer"),
    "event": ("_event", "Event"),
    "invoice": ("_invoice", "Invoice"),
    "line_item": ("_invoice_line_item", "InvoiceLineItem"),
    "payment_method": ("_payment_method", "PaymentMethod"),
    "price": ("_price", "Price"),
    "product": ("_product", "Product"),
    "subscription": ("_subscription", "Subscription"),
    "subscription_item": ("_subscription_item", "SubscriptionItem"),
    "webhook_endpoint": ("_webhook_endpoint", "WebhookEndpoint"),
}
# What the stand-in keeps for itself on its objects.
OWN = {"checkout.session": {"subscription_data"}, "account": {"livemode"}}
# What our code reads; these must exist in the library too.
READ = {
    "subscription": {"status", "items", "cancel_at", "cancel_at_period_end", "ended_at", "currency"},
    "subscription_item": {"current_period_start", "current_period_end", "price", "quantity"},
    "invoice": {"parent", "lines", "total_taxes", "status_transitions", "next_payment_attempt", "number"},
    "charge": {"amount", "amount_refunded", "currency", "payment_intent", "created"},
    "dispute": {"amount", "status", "charge", "payment_intent"},
    "line_item": {"pricing", "period", "amount", "quantity", "description"},
    "checkout.session": {
        "mode",
        "payment_status",
        "line_items",
        "url",
        "status",
        "amount_total",
        "payment_intent",
    },
}


@cache
def known_fields(kind: str) -> frozenset[str]:
    """Return the annotated fields of a class of Stripe's library."""
    found = find_spec("stripe")
    assert found is not None
    assert found.origin is not None
    name, cls = MODULES[kind]
    module = ast.parse((Path(found.origin).parent / f"{name}.py").read_text(encoding="utf-8"))
    (body,) = (each.body for each in module.body if isinstance(each, ast.ClassDef) and each.name == cls)
    fields = (each.target for each in body if isinstance(each, ast.AnnAssign))
    return frozenset(each.id for each in fields if isinstance(each, ast.Name))


def test_the_local_stripe_invents_no_fields(catalogue: LocalStripe, tenant: Tenant) -> None:
    buy(catalogue, tenant, "self_monthly")
    objects = [each for each in catalogue.world.objects.values() if each["object"] in MODULES]
    objects += [item for each in catalogue.world.all("subscription") for item in each["items"]["data"]]
    objects += [line for each in catalogue.world.all("invoice") for line in each["lines"]["data"]]
    assert {"subscription_item", "line_item"} <= {each["object"] for each in objects}
    invented = {
        f"{each['object']}.{name}"
        for each in objects
        for name in set(each) - known_fields(each["object"]) - OWN.get(each["object"], set())
    }
    assert invented == set()


@pytest.mark.parametrize("kind", sorted(READ))
def test_what_our_code_reads_exists_at_stripe(kind: str) -> None:
    assert READ[kind] <= known_fields(kind)
