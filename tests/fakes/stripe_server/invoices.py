"""Invoices: their lines, discounts, tax and balance; payments, failures and retries."""

from typing import Any, Final

from tests.fakes.stripe_server.catalogue import pays, tax_percent
from tests.fakes.stripe_server.payments import add_payment
from tests.fakes.stripe_server.world import DAY_S, Obj, StripeRefusal, World, list_of

# After these pauses a failed payment is tried again; then the subscription ends.
RETRY_AFTER_DAYS: Final = (3, 5, 7)
# What every invoice begins with.
UNTRIED: Final[Obj] = {
    "attempt_count": 0,
    "attempted": False,
    "auto_advance": True,
    "default_payment_method": None,
    "discounts": [],
    "due_date": None,
    "ending_balance": None,
}


def line_of(price: Obj, quantity: int, period: tuple[int, int], **fields: Any) -> Obj:
    """Return a line without its ids: `amount` in cents, `proration` if it is a part of a period."""
    amount = fields.get("amount", price["unit_amount"] * quantity)
    return {
        "amount": amount,
        "currency": price["currency"],
        "description": fields.get("description", f"{quantity} × {price['lookup_key'] or price['id']}"),
        "period": {"start": period[0], "end": period[1]},
        "price": price["id"],
        "product": price["product"],
        "proration": fields.get("proration", False),
        "quantity": quantity,
        "subscription_item": fields.get("subscription_item"),
        "unit_amount": price["unit_amount"],
    }


def create_invoice(
    world: World,
    customer: Obj,
    lines: list[Obj],
    reason: str,
    subscription: Obj | None = None,
    *,
    taxed: bool = False,
) -> Obj:
    """Create a draft from lines, with its subscription's discount and tax; without one, `taxed` decides."""
    invoice_id = world.new_id("in")
    invoice = build_invoice(world, customer, lines, reason, subscription, invoice_id, taxed=taxed)
    world.objects[invoice["id"]] = invoice
    world.emit("invoice.created", invoice)
    return invoice


def build_invoice(
    world: World,
    customer: Obj,
    lines: list[Obj],
    reason: str,
    subscription: Obj | None,
    invoice_id: str,
    *,
    taxed: bool = False,
) -> Obj:
    """Return an invoice's object that nothing stores yet, as for a preview."""
    subtotal = sum(line["amount"] for line in lines)
    discount = _discount(world, subtotal, subscription)
    taxed = taxed or bool((subscription or {}).get("automatic_tax", {}).get("enabled"))
    percent = tax_percent(world, customer) if taxed else 0
    tax = round((subtotal - discount) * percent / 100)
    total = subtotal - discount + tax
    starting = customer["balance"]
    due = max(0, total + starting)
    periods = [line["period"] for line in lines] or [{"start": world.now, "end": world.now}]
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "IT",
        "account_name": "Local stand-in for Stripe",
        "amount_due": due,
        "amount_paid": 0,
        "amount_remaining": due,
        **UNTRIED,
        "automatic_tax": {"enabled": taxed, "status": "complete" if taxed else None, "liability": None},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": world.now,
        "currency": lines[0]["currency"] if lines else "eur",
        "customer": customer["id"],
        **{f"customer_{name}": customer[name] for name in ("address", "email", "name")},
        "hosted_invoice_url": f"{world.base_url}/invoice/{invoice_id}",
        "invoice_pdf": f"{world.base_url}/invoice/{invoice_id}/pdf",
        "lines": _lines(world, lines, invoice_id, subscription, percent),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "parent": _parent(subscription),
        "period_start": min(period["start"] for period in periods),
        "period_end": max(period["end"] for period in periods),
        "starting_balance": starting,
        "status": "draft",
        "status_transitions": {"finalized_at": None, "paid_at": None, "voided_at": None},
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": [{"amount": discount, "discount": None}] if discount else [],
        "total_excluding_tax": subtotal - discount,
        "total_taxes": [_tax(tax, subtotal - discount)] if taxed else [],
    }


def _parent(subscription: Obj | None) -> Obj | None:
    return subscription and {
        "type": "subscription_details",
        "quote_details": None,
        "subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]},
    }


def _lines(world: World, lines: list[Obj], invoice_id: str, subscription: Obj | None, percent: int) -> Obj:
    made = [_line(world, line, invoice_id, subscription, percent) for line in lines]
    return list_of(made, f"/v1/invoices/{invoice_id}/lines")


def _line(world: World, line: Obj, invoice_id: str, subscription: Obj | None, percent: int) -> Obj:
    details = {
        "subscription": subscription["id"] if subscription else None,
        "subscription_item": line["subscription_item"],
        "proration": line["proration"],
        "proration_details": {"credited_items": None},
        "invoice_item": None,
    }
    kind = "subscription_item_details" if subscription else "invoice_item_details"
    return {
        "id": world.new_id("il"),
        "object": "line_item",
        "amount": line["amount"],
        "currency": line["currency"],
        "description": line["description"],
        "discount_amounts": [],
        "discountable": not line["proration"],
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": {"type": kind, kind: details},
        "period": line["period"],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": line["price"], "product": line["product"]},
            "unit_amount_decimal": str(line["unit_amount"]),
        },
        "quantity": line["quantity"],
        "subscription": subscription["id"] if subscription else None,
        "subtotal": line["amount"],
        "taxes": [_tax(round(line["amount"] * percent / 100), line["amount"])] if percent else [],
    }


def _tax(amount: int, taxable: int) -> Obj:
    return {
        "amount": amount,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": "txr_local"},
        "taxability_reason": "standard_rated",
        "taxable_amount": taxable,
        "type": "tax_rate_details",
    }


def _discount(world: World, subtotal: int, subscription: Obj | None) -> int:
    discounts = (subscription or {}).get("discounts") or []
    if not discounts or subtotal <= 0:
        return 0
    coupon = world.get(world.get(discounts[0], "discount")["source"]["coupon"], "coupon")
    if coupon["percent_off"]:
        return round(subtotal * float(coupon["percent_off"]) / 100)
    return min(subtotal, int(coupon["amount_off"]))


def finalize(world: World, invoice: Obj) -> None:
    """Give an invoice its number; from now on it is open and nothing of it changes."""
    customer = world.get(invoice["customer"], "customer")
    invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    invoice["status"] = "open"
    invoice["status_transitions"]["finalized_at"] = world.now
    customer["balance"] = min(0, customer["balance"] + invoice["total"])
    invoice["ending_balance"] = customer["balance"]
    world.emit("invoice.finalized", invoice)


def pay(world: World, invoice: Obj) -> bool:
    """Try to pay an open invoice with the customer's card; return whether it is paid."""
    subscription = subscription_of(world, invoice)
    customer = world.get(invoice["customer"], "customer")
    card = (subscription or {}).get("default_payment_method")
    card = card or customer["invoice_settings"]["default_payment_method"]
    invoice["attempted"] = True
    if invoice["amount_due"] == 0 or pays(world, card):
        if invoice["amount_due"]:
            add_payment(world, invoice, card)
        _paid(world, invoice)
        return True
    invoice["attempt_count"] += 1
    failed = invoice["attempt_count"] - 1
    more = failed < len(RETRY_AFTER_DAYS)
    invoice["next_payment_attempt"] = world.now + RETRY_AFTER_DAYS[failed] * DAY_S if more else None
    customer["delinquent"] = True
    world.emit("invoice.payment_failed", invoice)
    return False


def _paid(world: World, invoice: Obj) -> None:
    invoice["status"] = "paid"
    invoice["amount_paid"], invoice["amount_remaining"] = invoice["amount_due"], 0
    invoice["next_payment_attempt"] = None
    invoice["status_transitions"]["paid_at"] = world.now
    world.get(invoice["customer"], "customer")["delinquent"] = False
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)


def pay_by_hand(world: World, invoice: Obj) -> Obj:
    """Pay an open invoice now, as `POST /v1/invoices/{id}/pay` does; raise 402 if the card is declined."""
    if invoice["status"] != "open":
        raise StripeRefusal("Invoice is already paid.", code="invoice_already_paid")
    if not pay(world, invoice):
        raise StripeRefusal("Your card was declined.", status=402, code="card_declined")
    return invoice


def void(world: World, invoice: Obj) -> Obj:
    invoice["status"] = "void"
    invoice["next_payment_attempt"] = None
    invoice["status_transitions"]["voided_at"] = world.now
    world.emit("invoice.voided", invoice)
    return invoice


def subscription_of(world: World, invoice: Obj) -> Obj | None:
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    found = details.get("subscription")
    return world.objects.get(found) if found else None
