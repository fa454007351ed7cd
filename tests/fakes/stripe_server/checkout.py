"""Checkout and portal sessions, and what a person does on their pages."""

from typing import Final

from tests.fakes.stripe_server.catalogue import add_card, pays, tax_percent
from tests.fakes.stripe_server.forms import is_true
from tests.fakes.stripe_server.invoices import create_invoice, finalize, line_of, pay
from tests.fakes.stripe_server.payments import charge_of
from tests.fakes.stripe_server.subscriptions import create_subscription
from tests.fakes.stripe_server.world import DAY_S, Obj, StripeRefusal, World, list_of

SESSION_ID: Final = "{CHECKOUT_SESSION_ID}"


def create_checkout(world: World, sent: Obj) -> Obj:
    customer = world.get(sent["customer"], "customer")
    session_id = world.new_id("cs_test")
    items = [_line_item(world, each) for each in sent["line_items"]]
    subtotal = sum(item["amount_subtotal"] for item in items)
    automatic = is_true((sent.get("automatic_tax") or {}).get("enabled"))
    tax = round(subtotal * tax_percent(world, customer) / 100) if automatic else 0
    return world.add(
        "checkout.session",
        session_id,
        allow_promotion_codes=is_true(sent.get("allow_promotion_codes")),
        amount_subtotal=subtotal,
        amount_total=subtotal + tax,
        automatic_tax={"enabled": automatic, "liability": None, "status": None},
        billing_address_collection=sent.get("billing_address_collection"),
        cancel_url=sent.get("cancel_url"),
        client_reference_id=sent.get("client_reference_id"),
        client_secret=None,
        currency=items[0]["currency"],
        customer=customer["id"],
        customer_details=None,
        customer_email=None,
        discounts=sent.get("discounts") or [],
        expires_at=world.now + DAY_S,
        invoice=None,
        invoice_creation={"enabled": is_true((sent.get("invoice_creation") or {}).get("enabled"))},
        line_items=list_of(items, f"/v1/checkout/sessions/{session_id}/line_items"),
        locale=sent.get("locale"),
        metadata=sent.get("metadata", {}),
        mode=sent["mode"],
        payment_intent=None,
        payment_method_types=["card"],
        payment_status="unpaid",
        setup_intent=None,
        status="open",
        subscription=None,
        subscription_data=sent.get("subscription_data", {}),
        success_url=sent["success_url"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": tax},
        ui_mode="hosted_page",
        url=f"{world.base_url}/checkout/{session_id}",
    )


def _line_item(world: World, sent: Obj) -> Obj:
    price, quantity = world.get(sent["price"], "price"), int(sent.get("quantity", 1))
    amount = price["unit_amount"] * quantity
    return {
        "id": world.new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": world.get(price["product"], "product")["name"],
        "discounts": [],
        "price": price,
        "quantity": quantity,
    }


def complete(world: World, session: Obj, last4: str, promotion: str = "") -> str:
    """Pay a session with a test card; return where the browser goes. Raise 402 for a declined card."""
    if session["status"] != "open":
        raise StripeRefusal("This session is over.")
    if promotion:
        session["discounts"] = [{"promotion_code": _promotion(world, session, promotion)["id"]}]
    customer = world.get(session["customer"], "customer")
    card = add_card(world, last4, customer["id"])
    if not pays(world, card["id"]):
        raise StripeRefusal("Your card was declined.", status=402, code="card_declined")
    customer["invoice_settings"]["default_payment_method"] = card["id"]
    if session["mode"] == "subscription":
        _subscribe(world, session, card)
    else:
        _buy_once(world, session, customer)
    session.update(status="complete", payment_status="paid", url=None)
    session["customer_details"] = {"email": customer["email"], "name": customer["name"], "address": None}
    world.emit("checkout.session.completed", session)
    return str(session["success_url"]).replace(SESSION_ID, session["id"])


def expire(session: Obj) -> Obj:
    """Close an open session; nobody can pay it any more."""
    if session["status"] != "open":
        raise StripeRefusal('Only Checkout Sessions with a status in ["open"] can be expired.')
    session.update(status="expired", url=None)
    return session


def _promotion(world: World, session: Obj, code: str) -> Obj:
    found = next(world.all("promotion_code", code=code.strip().upper(), active=True), None)
    if found is None or not session["allow_promotion_codes"]:
        raise StripeRefusal("This code is invalid.")
    return found


def _subscribe(world: World, session: Obj, card: Obj) -> None:
    given = session["subscription_data"]
    asked: Obj = {
        "customer": session["customer"],
        "default_payment_method": card["id"],
        "items": [
            {"price": item["price"]["id"], "quantity": item["quantity"]}
            for item in session["line_items"]["data"]
        ],
        "automatic_tax": {"enabled": session["automatic_tax"]["enabled"]},
        "metadata": given.get("metadata", {}),
        "discounts": session["discounts"],
    }
    subscription = create_subscription(world, asked)
    session["subscription"] = subscription["id"]
    session["invoice"] = subscription["latest_invoice"]
    session["amount_total"] = world.get(subscription["latest_invoice"])["total"]


def _buy_once(world: World, session: Obj, customer: Obj) -> None:
    now = world.now
    lines = [
        line_of(item["price"], item["quantity"], (now, now), description=item["description"])
        for item in session["line_items"]["data"]
    ]
    taxed = session["automatic_tax"]["enabled"]
    invoice = create_invoice(world, customer, lines, "manual", taxed=taxed)
    invoice["metadata"] = dict(session["metadata"])
    finalize(world, invoice)
    pay(world, invoice)
    session["invoice"] = invoice["id"]
    if charge := charge_of(world, invoice):
        session["payment_intent"] = charge["payment_intent"]


def create_portal(world: World, sent: Obj) -> Obj:
    customer = world.get(sent["customer"], "customer")
    session_id = world.new_id("bps")
    return world.add(
        "billing_portal.session",
        session_id,
        configuration=sent.get("configuration"),
        customer=customer["id"],
        flow=sent.get("flow_data"),
        locale=sent.get("locale"),
        on_behalf_of=None,
        return_url=sent.get("return_url"),
        url=f"{world.base_url}/portal/{session_id}",
    )
