"""The routes of the API: which function answers which method and path."""

import json
import re
from collections.abc import Callable
from typing import Final

from tests.fakes.stripe_server import catalogue, checkout, clock, invoices, payments, subscriptions
from tests.fakes.stripe_server.forms import is_true
from tests.fakes.stripe_server.world import ACCOUNT_ID, Obj, StripeRefusal, World, deep_copy, list_of

Answer = Callable[[World, Obj, tuple[str, ...]], Obj]

# The collections that can be listed and read, by their path, with the kind of their objects.
COLLECTIONS: Final = {
    "products": "product",
    "prices": "price",
    "customers": "customer",
    "payment_methods": "payment_method",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "events": "event",
    "coupons": "coupon",
    "promotion_codes": "promotion_code",
    "webhook_endpoints": "webhook_endpoint",
    "checkout/sessions": "checkout.session",
    "billing_portal/configurations": "billing_portal.configuration",
    "accounts": "account",
    "tax_ids": "tax_id",
    "charges": "charge",
    "disputes": "dispute",
    "payment_intents": "payment_intent",
}
PRODUCT_FIELDS: Final = ("active", "name", "description", "metadata", "tax_code")
PRICE_FIELDS: Final = ("active", "lookup_key", "metadata", "nickname")
ENDPOINT_FIELDS: Final = ("url", "enabled_events", "metadata")
PORTAL_FIELDS: Final = ("features", "business_profile", "default_return_url", "metadata", "active")
FILTERS: Final = ("customer", "active", "lookup_key", "status", "product", "code")


def answer(world: World, method: str, path: str, sent: Obj) -> Obj:
    """Answer one request to `/v1/`; raise `StripeRefusal` for what Stripe refuses."""
    for wanted, pattern, act in ROUTES:
        if wanted == method and (found := re.fullmatch(pattern, path)):
            return _expanded(world, act(world, sent, found.groups()), sent.get("expand") or [])
    if method == "GET":
        return _expanded(world, _read(world, path, sent), sent.get("expand") or [])
    raise StripeRefusal(f"Unrecognized request URL ({method}: /v1/{path}).", status=404)


def _read(world: World, path: str, sent: Obj) -> Obj:
    """Answer what lists a collection, or reads one of its objects."""
    if path in COLLECTIONS:
        return _list(world, path, COLLECTIONS[path], sent)
    collection, _, object_id = path.rpartition("/")
    if collection in COLLECTIONS:
        found = world.get(object_id, COLLECTIONS[collection])
        return catalogue.without_secret(found) if found["object"] == "webhook_endpoint" else found
    raise StripeRefusal(f"Unrecognized request URL (GET: /v1/{path}).", status=404)


def _list(world: World, path: str, kind: str, sent: Obj) -> Obj:
    having = {name: sent[name] for name in FILTERS if name in sent and sent[name] != "all"}
    if "active" in having:
        having["active"] = is_true(having["active"])
    found = [catalogue.without_secret(each) for each in world.all(kind, **having)]
    if keys := sent.get("lookup_keys"):
        found = [each for each in found if each["lookup_key"] in keys]
    if kind == "subscription" and sent.get("status") is None:
        found = [each for each in found if each["status"] != "canceled"]
    ids = [each["id"] for each in found]
    begin = ids.index(sent["starting_after"]) + 1 if sent.get("starting_after") in ids else 0
    size = int(sent.get("limit", 10))
    return {**list_of(found[begin : begin + size], f"/v1/{path}"), "has_more": len(found) > begin + size}


def _expanded(world: World, found: Obj, paths: list[str]) -> Obj:
    """Return a copy in which the ids at these paths are replaced by their objects."""
    copied = deep_copy(found)
    for path in paths:
        _expand(world, copied, path.split("."))
    return copied


def _expand(world: World, into: Obj, path: list[str]) -> None:
    name, rest = path[0], path[1:]
    value = into.get(name)
    if isinstance(value, str) and value in world.objects:
        value = into[name] = deep_copy(world.objects[value])
    if isinstance(value, list) and not rest:
        into[name] = [
            deep_copy(world.objects[each]) if each in world.objects else each for each in _ids(value)
        ]
    for each in value if isinstance(value, list) else [value]:
        if rest and isinstance(each, dict):
            _expand(world, each, rest)


def _ids(values: list[object]) -> list[object]:
    return [each if isinstance(each, str) else json.loads(json.dumps(each)) for each in values]


def _delete(world: World, kind: str, object_id: str) -> Obj:
    found = world.get(object_id, kind)
    del world.objects[object_id]
    if kind == "customer":
        for subscription in world.all("subscription", customer=object_id):
            if subscription["status"] in subscriptions.LIVING:
                subscriptions.end(world, subscription, "cancellation_requested")
        world.emit("customer.deleted", found)
    return {"id": object_id, "object": kind, "deleted": True}


def _tax_ids(world: World, customer_id: str) -> Obj:
    return list_of(list(world.all("tax_id", customer=customer_id)), f"/v1/customers/{customer_id}/tax_ids")


def _cancel(world: World, subscription_id: str) -> Obj:
    return subscriptions.end(world, world.get(subscription_id, "subscription"), "cancellation_requested")


def _advance(world: World, sent: Obj) -> Obj:
    clock.advance(world, int(sent["seconds"]))
    return {"object": "local.clock", "now": world.now}


def _update_price(world: World, price: Obj, sent: Obj) -> Obj:
    if sent.get("lookup_key") and sent["lookup_key"] != price["lookup_key"]:
        catalogue._take_lookup_key(world, sent)
    return catalogue.update(world, price, sent, PRICE_FIELDS, "price.updated")


ID: Final = r"([^/]+)"
ROUTES: Final[tuple[tuple[str, str, Answer], ...]] = (
    ("GET", "account", lambda world, sent, ids: world.get(ACCOUNT_ID)),
    ("POST", "products", lambda world, sent, ids: catalogue.create_product(world, sent)),
    (
        "POST",
        f"products/{ID}",
        lambda world, sent, ids: catalogue.update(
            world, world.get(ids[0], "product"), sent, PRODUCT_FIELDS, "product.updated"
        ),
    ),
    (
        "GET",
        f"products/{ID}/features",
        lambda world, sent, ids: catalogue.features_of(world.get(ids[0], "product")),
    ),
    ("POST", "prices", lambda world, sent, ids: catalogue.create_price(world, sent)),
    ("POST", f"prices/{ID}", lambda world, sent, ids: _update_price(world, world.get(ids[0], "price"), sent)),
    ("POST", "customers", lambda world, sent, ids: catalogue.create_customer(world, sent)),
    (
        "POST",
        f"customers/{ID}",
        lambda world, sent, ids: catalogue.update_customer(world, world.get(ids[0], "customer"), sent),
    ),
    ("DELETE", f"customers/{ID}", lambda world, sent, ids: _delete(world, "customer", ids[0])),
    ("GET", f"customers/{ID}/tax_ids", lambda world, sent, ids: _tax_ids(world, ids[0])),
    (
        "POST",
        f"customers/{ID}/tax_ids",
        lambda world, sent, ids: catalogue.create_tax_id(world, world.get(ids[0], "customer"), sent),
    ),
    ("DELETE", f"customers/{ID}/tax_ids/{ID}", lambda world, sent, ids: _delete(world, "tax_id", ids[1])),
    (
        "POST",
        f"payment_methods/{ID}/attach",
        lambda world, sent, ids: catalogue.attach_card(world, ids[0], sent["customer"]),
    ),
    ("POST", "coupons", lambda world, sent, ids: catalogue.create_coupon(world, sent)),
    ("POST", "promotion_codes", lambda world, sent, ids: catalogue.create_promotion_code(world, sent)),
    ("POST", "webhook_endpoints", lambda world, sent, ids: catalogue.create_webhook_endpoint(world, sent)),
    (
        "POST",
        f"webhook_endpoints/{ID}",
        lambda world, sent, ids: catalogue.without_secret(
            catalogue.update(
                world, world.get(ids[0], "webhook_endpoint"), sent, ENDPOINT_FIELDS, "local.none"
            )
        ),
    ),
    (
        "DELETE",
        f"webhook_endpoints/{ID}",
        lambda world, sent, ids: _delete(world, "webhook_endpoint", ids[0]),
    ),
    (
        "POST",
        "billing_portal/configurations",
        lambda world, sent, ids: catalogue.create_portal_configuration(world, sent),
    ),
    (
        "POST",
        f"billing_portal/configurations/{ID}",
        lambda world, sent, ids: catalogue.update(
            world, world.get(ids[0], "billing_portal.configuration"), sent, PORTAL_FIELDS, "local.none"
        ),
    ),
    ("POST", "billing_portal/sessions", lambda world, sent, ids: checkout.create_portal(world, sent)),
    ("POST", "checkout/sessions", lambda world, sent, ids: checkout.create_checkout(world, sent)),
    (
        "POST",
        f"checkout/sessions/{ID}/expire",
        lambda world, sent, ids: checkout.expire(world.get(ids[0], "checkout.session")),
    ),
    ("POST", "subscriptions", lambda world, sent, ids: subscriptions.create_subscription(world, sent)),
    (
        "POST",
        f"subscriptions/{ID}",
        lambda world, sent, ids: subscriptions.update_subscription(
            world, world.get(ids[0], "subscription"), sent
        ),
    ),
    ("DELETE", f"subscriptions/{ID}", lambda world, sent, ids: _cancel(world, ids[0])),
    ("POST", "invoices/create_preview", lambda world, sent, ids: subscriptions.preview(world, sent)),
    ("GET", f"invoices/{ID}/lines", lambda world, sent, ids: world.get(ids[0], "invoice")["lines"]),
    (
        "POST",
        f"invoices/{ID}/pay",
        lambda world, sent, ids: invoices.pay_by_hand(world, world.get(ids[0], "invoice")),
    ),
    ("POST", "refunds", lambda world, sent, ids: payments.refund(world, sent)),
    ("POST", "local/advance", lambda world, sent, ids: _advance(world, sent)),
)
