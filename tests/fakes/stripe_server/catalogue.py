"""Products, prices, coupons, customers, cards, tax ids and webhook endpoints."""

import re
import secrets
from typing import Any, Final

from tests.fakes.stripe_server.forms import is_true
from tests.fakes.stripe_server.world import Obj, StripeRefusal, World, list_of

# Stripe's test cards by their last digits: whether they can be added, and whether they pay.
CARDS: Final = {
    "4242": ("visa", True, True),
    "0341": ("visa", True, False),  # can be added, then every payment fails
    "0002": ("visa", False, False),  # declined at once
}
TOKENS: Final = {"pm_card_visa": "4242", "pm_card_chargeCustomerFail": "0341"}
# The stand-in's own, simple rule: the seller sits in Italy. Companies of other countries pay no VAT.
HOME: Final = "IT"
VAT_PERCENT: Final = {"IT": 22, "DE": 19, "FR": 20, "AT": 20, "ES": 21}


def create_product(world: World, sent: Obj) -> Obj:
    product = world.add(
        "product",
        str(sent.get("id") or world.new_id("prod")),
        active=True,
        default_price=None,
        description=sent.get("description"),
        images=[],
        marketing_features=[],
        metadata=sent.get("metadata", {}),
        name=sent["name"],
        package_dimensions=None,
        shippable=None,
        tax_code=sent.get("tax_code"),
        type="service",
        unit_label=None,
        updated=world.now,
        url=None,
    )
    world.emit("product.created", product)
    return product


def update(world: World, found: Obj, sent: Obj, names: tuple[str, ...], kind: str) -> Obj:
    """Change the named fields of an object, and announce it if something changed."""
    before = {name: found.get(name) for name in names}
    for name in names:
        if name in sent:
            value: Any = sent[name]
            if name == "metadata":
                value = {**found["metadata"], **value} if value else {}
            found[name] = is_true(value) if isinstance(before[name], bool) else (value or None)
    if any(found.get(name) != value for name, value in before.items()):
        world.emit(kind, found, before)
    return found


def create_price(world: World, sent: Obj) -> Obj:
    world.get(sent["product"], "product")
    _take_lookup_key(world, sent)
    amount = int(sent["unit_amount"])
    recurring = sent.get("recurring")
    price = world.add(
        "price",
        world.new_id("price"),
        active=True,
        billing_scheme="per_unit",
        currency=sent["currency"],
        custom_unit_amount=None,
        lookup_key=sent.get("lookup_key"),
        metadata=sent.get("metadata", {}),
        nickname=sent.get("nickname"),
        product=sent["product"],
        recurring=recurring and _recurring(recurring),
        tax_behavior=sent.get("tax_behavior", "unspecified"),
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    world.emit("price.created", price)
    return price


def _recurring(sent: Obj) -> Obj:
    return {
        "interval": sent["interval"],
        "interval_count": int(sent.get("interval_count", 1)),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _take_lookup_key(world: World, sent: Obj) -> None:
    """Let a new or changed price take a lookup key from the one that has it, or refuse."""
    for owner in world.all("price", lookup_key=sent.get("lookup_key")) if sent.get("lookup_key") else ():
        if not is_true(sent.get("transfer_lookup_key")):
            raise StripeRefusal("A price already uses that lookup key.", code="resource_already_exists")
        owner["lookup_key"] = None
        world.emit("price.updated", owner, {"lookup_key": sent["lookup_key"]})


def create_customer(world: World, sent: Obj) -> Obj:
    customer = world.add(
        "customer",
        world.new_id("cus"),
        address=sent.get("address"),
        balance=0,
        business_name=sent.get("business_name"),
        currency=None,
        default_source=None,
        delinquent=False,
        description=sent.get("description"),
        discount=None,
        email=sent.get("email"),
        invoice_prefix=secrets.token_hex(4).upper(),
        invoice_settings={"custom_fields": None, "default_payment_method": None, "footer": None},
        metadata=sent.get("metadata", {}),
        name=sent.get("name"),
        next_invoice_sequence=1,
        phone=None,
        preferred_locales=sent.get("preferred_locales", []),
        shipping=None,
        tax_exempt="none",
        test_clock=None,
    )
    world.emit("customer.created", customer)
    return customer


def update_customer(world: World, customer: Obj, sent: Obj) -> Obj:
    chosen = (sent.get("invoice_settings") or {}).get("default_payment_method")
    if chosen:
        customer["invoice_settings"]["default_payment_method"] = attach_card(world, chosen, customer["id"])[
            "id"
        ]
    names = ("address", "email", "name", "business_name", "metadata", "preferred_locales")
    return update(world, customer, sent, names, "customer.updated")


def attach_card(world: World, chosen: str, customer_id: str) -> Obj:
    """Attach a card to a customer: a card that exists, or one of Stripe's test tokens."""
    if chosen in TOKENS:
        return add_card(world, TOKENS[chosen], customer_id)
    card = world.get(chosen, "payment_method")
    card["customer"] = customer_id
    return card


def add_card(world: World, last4: str, customer_id: str) -> Obj:
    """Add a test card to a customer; raise 402 for one that is declined."""
    brand, can_be_added, _ = CARDS.get(last4, ("visa", True, True))
    if not can_be_added:
        raise StripeRefusal("Your card was declined.", status=402, code="card_declined")
    card = world.add(
        "payment_method",
        world.new_id("pm"),
        allow_redisplay="always",
        billing_details={"address": None, "email": None, "name": None, "phone": None},
        card={"brand": brand, "last4": last4, "exp_month": 12, "exp_year": 2034, "country": "IT"},
        customer=customer_id,
        metadata={},
        type="card",
    )
    world.emit("payment_method.attached", card)
    return card


def pays(world: World, card_id: str | None) -> bool:
    """Return whether payments with a card succeed."""
    if not card_id:
        return False
    last4 = world.get(card_id, "payment_method")["card"]["last4"]
    return CARDS.get(last4, ("visa", True, True))[2]


def create_tax_id(world: World, customer: Obj, sent: Obj) -> Obj:
    tax_id = world.add(
        "tax_id",
        world.new_id("txi"),
        country=sent["value"][:2],
        customer=customer["id"],
        owner={"type": "customer", "customer": customer["id"]},
        type=sent["type"],
        value=sent["value"],
        verification={"status": "verified", "verified_name": None, "verified_address": None},
    )
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z+*]{2,13}", sent["value"]):
        del world.objects[tax_id["id"]]
        raise StripeRefusal("Invalid value for eu_vat.", code="tax_id_invalid")
    world.emit("customer.tax_id.created", tax_id)
    return tax_id


def tax_percent(world: World, customer: Obj) -> int:
    """Return the VAT of a customer by the stand-in's own rule."""
    country = (customer.get("address") or {}).get("country") or HOME
    is_company = next(world.all("tax_id", customer=customer["id"]), None) is not None
    return 0 if country not in VAT_PERCENT or (is_company and country != HOME) else VAT_PERCENT[country]


def create_coupon(world: World, sent: Obj) -> Obj:
    percent, amount = sent.get("percent_off"), sent.get("amount_off")
    coupon = world.add(
        "coupon",
        str(sent.get("id") or world.new_id("coupon")),
        amount_off=int(amount) if amount else None,
        currency=sent.get("currency"),
        duration=sent.get("duration", "once"),
        duration_in_months=int(sent["duration_in_months"]) if sent.get("duration_in_months") else None,
        max_redemptions=None,
        metadata=sent.get("metadata", {}),
        name=sent.get("name"),
        percent_off=float(percent) if percent else None,
        redeem_by=None,
        times_redeemed=0,
        valid=True,
    )
    world.emit("coupon.created", coupon)
    return coupon


def create_promotion_code(world: World, sent: Obj) -> Obj:
    coupon = world.get((sent.get("promotion") or {}).get("coupon"), "coupon")
    return world.add(
        "promotion_code",
        world.new_id("promo"),
        active=True,
        code=sent["code"].upper(),
        customer=None,
        expires_at=None,
        max_redemptions=None,
        metadata={},
        promotion={"type": "coupon", "coupon": coupon["id"]},
        restrictions={
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        times_redeemed=0,
    )


def create_webhook_endpoint(world: World, sent: Obj) -> Obj:
    """Create an endpoint; only this answer carries its secret."""
    return world.add(
        "webhook_endpoint",
        world.new_id("we"),
        api_version=sent.get("api_version"),
        application=None,
        description=sent.get("description"),
        enabled_events=sent["enabled_events"],
        metadata=sent.get("metadata", {}),
        status="enabled",
        url=sent["url"],
        secret="whsec_" + secrets.token_hex(16),
    )


def without_secret(endpoint: Obj) -> Obj:
    return {name: value for name, value in endpoint.items() if name != "secret"}


def create_portal_configuration(world: World, sent: Obj) -> Obj:
    return world.add(
        "billing_portal.configuration",
        world.new_id("bpc"),
        active=True,
        application=None,
        business_profile=sent.get("business_profile", {}),
        default_return_url=sent.get("default_return_url"),
        features=sent["features"],
        is_default=False,
        login_page={"enabled": False, "url": None},
        metadata=sent.get("metadata", {}),
        name=sent.get("name"),
        updated=world.now,
    )


def features_of(product: Obj) -> Obj:
    return list_of([], f"/v1/products/{product['id']}/features")
