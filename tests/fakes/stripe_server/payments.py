"""Payments of invoices as charges, and what is given back of them: refunds and disputes."""

from tests.fakes.stripe_server.world import Obj, StripeRefusal, World


def add_payment(world: World, invoice: Obj, card: str | None) -> None:
    """Record that an invoice was paid with a card; nothing is announced."""
    intent = world.add(
        "payment_intent",
        world.new_id("pi"),
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        latest_charge=None,
        on_behalf_of=None,
        payment_method=card,
        status="succeeded",
    )
    charge = world.add(
        "charge",
        world.new_id("ch"),
        amount=invoice["amount_due"],
        amount_captured=invoice["amount_due"],
        amount_refunded=0,
        balance_transaction=None,
        captured=True,
        currency=invoice["currency"],
        customer=invoice["customer"],
        description=f"Payment for invoice {invoice['number']}",
        disputed=False,
        paid=True,
        payment_intent=intent["id"],
        payment_method=card,
        refunded=False,
        status="succeeded",
    )
    intent["latest_charge"] = charge["id"]


def charge_of(world: World, invoice: Obj) -> Obj | None:
    """Return the charge that paid an invoice."""
    return next(world.all("charge", description=f"Payment for invoice {invoice['number']}"), None)


def refund(world: World, sent: Obj) -> Obj:
    """Give a part of a payment back, or what is left of it."""
    charge = world.get(sent["charge"], "charge")
    left = charge["amount"] - charge["amount_refunded"]
    amount = int(sent.get("amount", left))
    if not 0 < amount <= left:
        raise StripeRefusal(f"Charge {charge['id']} has already been refunded.")
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    made = world.add(
        "refund",
        world.new_id("re"),
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        status="succeeded",
    )
    world.emit("charge.refunded", charge)
    return made


def dispute(world: World, charge: Obj) -> Obj:
    """Dispute a payment, as its payer does at the bank."""
    charge["disputed"] = True
    made = world.add(
        "dispute",
        world.new_id("du"),
        amount=charge["amount"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason="general",
        status="needs_response",
    )
    world.emit("charge.dispute.created", made)
    return made


def close_dispute(world: World, found: Obj, status: str) -> None:
    """End a dispute as won or lost."""
    found["status"] = status
    world.emit("charge.dispute.closed", found)
