"""The hosted pages: Checkout, the customer portal, an invoice, and the desk where the clock is moved."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

from tests.fakes.stripe_server.catalogue import CARDS, add_card
from tests.fakes.stripe_server.checkout import complete
from tests.fakes.stripe_server.clock import advance, pay_again
from tests.fakes.stripe_server.subscriptions import LIVING, end, period_of, update_subscription
from tests.fakes.stripe_server.world import DAY_S, Obj, StripeRefusal, World

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "fieldset{border:1px solid #ccc;border-radius:8px;margin:1rem 0}button{font:inherit;padding:.4rem .9rem}"
    ".note{background:#fff4d6;padding:.5rem .8rem;border-radius:8px}.error{color:#b00020}"
    "form{margin:.4rem 0}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .4rem}"
)
CARD_WORDS: Final = {
    "4242": "4242 — pays",
    "0341": "0341 — can be added, then every payment fails",
    "0002": "0002 — is declined at once",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser gets: a page, or another address."""

    html: str = ""
    status: int = 200
    location: str = ""


def respond(world: World, method: str, path: str, sent: Obj) -> Page:
    """Answer a request to a hosted page; what Stripe would refuse is said on the page."""
    parts = [part for part in path.split("/") if part]
    name, object_id = (parts[0] if parts else "", parts[1] if len(parts) > 1 else "")
    try:
        if name == "checkout":
            return _checkout(world, method, world.get(object_id, "checkout.session"), sent)
        if name == "portal":
            return _portal(world, method, world.get(object_id, "billing_portal.session"), sent)
        if name == "invoice":
            return Page(_frame("Invoice", _invoice(world.get(object_id, "invoice"))))
        if name == "":
            return _desk(world, method, sent)
    except StripeRefusal as refusal:
        return Page(_frame("Not possible", f'<p class="error" role="alert">{escape(str(refusal))}</p>'), 400)
    return Page(_frame("Not found", "<p>There is no such page.</p>"), 404)


def _frame(title: str, body: str) -> str:
    note = '<p class="note">This is a local stand-in for Stripe. No money moves.</p>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body>{note}<h1>{title}</h1>{body}</body></html>"
    )


def _checkout(world: World, method: str, session: Obj, sent: Obj) -> Page:
    error = ""
    if method == "POST":
        try:
            where = complete(world, session, sent.get("card", "4242"), sent.get("promotion", ""))
            return Page(status=303, location=where)
        except StripeRefusal as refusal:
            error = f'<p class="error" role="alert">{escape(str(refusal))}</p>'
    lines = "".join(
        f"<li>{escape(item['description'])} × {item['quantity']}: {_money(item['amount_total'])}</li>"
        for item in session["line_items"]["data"]
    )
    promotion = '<p><label>Promotion code <input name="promotion"></label></p>'
    cancel = f'<p><a href="{escape(session["cancel_url"] or "")}">Back</a></p>'
    body = (
        f"{error}<ul>{lines}</ul><p>Total: <strong>{_money(session['amount_total'])}</strong></p>"
        f'<form method="post">{_cards()}{promotion if session["allow_promotion_codes"] else ""}'
        f"<button>Pay</button></form>{cancel}"
    )
    return Page(_frame("Checkout", body), 402 if error else 200)


def _cards() -> str:
    choices = "".join(
        f'<label><input type="radio" name="card" value="{last4}"{" checked" if last4 == "4242" else ""}> '
        f"Card {CARD_WORDS[last4]}</label><br>"
        for last4 in CARDS
    )
    return f"<fieldset><legend>Card</legend>{choices}</fieldset>"


def _portal(world: World, method: str, session: Obj, sent: Obj) -> Page:
    subscription = next(
        (
            each
            for each in world.all("subscription", customer=session["customer"])
            if each["status"] in LIVING
        ),
        None,
    )
    if method == "POST":
        _act(world, session, subscription, sent)
        return Page(status=303, location=f"/portal/{session['id']}")
    body = _subscription(world, subscription) if subscription else "<p>There is no subscription.</p>"
    invoices = "".join(_invoice_row(each) for each in world.all("invoice", customer=session["customer"]))
    body += f'<form method="post"><input type="hidden" name="do" value="card">{_cards()}<button>Use this card'
    body += f"</button></form><h2>Invoices</h2><table>{invoices}</table>"
    body += f'<p><a href="{escape(session["return_url"] or "")}">Return to Vivavoce</a></p>'
    return Page(_frame("Your subscription", body))


def _subscription(world: World, subscription: Obj) -> str:
    items = ", ".join(str(item["price"]["lookup_key"]) for item in subscription["items"]["data"])
    until = _date(period_of(subscription)[1])
    ends = subscription["cancel_at_period_end"]
    words = f"{subscription['status']}, {'ends' if ends else 'renews'} on {until}"
    plans = "".join(
        f'<option value="{price["id"]}">{escape(str(price["lookup_key"]))}</option>'
        for price in world.all("price", type="recurring", active=True)
    )
    change = (
        '<form method="post"><input type="hidden" name="do" value="change">'
        f'<label>Plan <select name="price">{plans}</select></label> <button>Change plan</button></form>'
    )
    verb, label = ("resume", "Resume") if ends else ("cancel", "Cancel at the end of the period")
    return f"<p>{escape(items)}: {words}</p>{change}{_button(verb, label)}"


def _button(verb: str, label: str, **fields: object) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{value}">'
        for name, value in {"do": verb, **fields}.items()
    )
    return f'<form method="post">{hidden}<button>{label}</button></form>'


def _act(world: World, session: Obj, subscription: Obj | None, sent: Obj) -> None:
    verb = sent.get("do")
    if verb == "card":
        _use_card(world, session["customer"], subscription, sent["card"])
    elif subscription is None:
        raise StripeRefusal("There is no subscription.")
    elif verb in ("cancel", "resume"):
        update_subscription(world, subscription, {"cancel_at_period_end": str(verb == "cancel")})
    elif verb == "change":
        item = {"id": subscription["items"]["data"][0]["id"], "price": sent["price"]}
        asked = {"items": [item], "proration_behavior": "always_invoice"}
        update_subscription(world, subscription, {**asked, "payment_behavior": "error_if_incomplete"})


def _use_card(world: World, customer_id: str, subscription: Obj | None, last4: str) -> None:
    """Add a card, use it from now on, and pay what is open with it."""
    card = add_card(world, last4, customer_id)
    customer = world.get(customer_id, "customer")
    customer["invoice_settings"]["default_payment_method"] = card["id"]
    world.emit("customer.updated", customer, {})
    if subscription is not None:
        update_subscription(world, subscription, {"default_payment_method": card["id"]})
    for invoice in list(world.all("invoice", customer=customer_id, status="open")):
        pay_again(world, invoice)


def _desk(world: World, method: str, sent: Obj) -> Page:
    """Show everybody's subscriptions, and move the clock."""
    if method == "POST" and sent.get("do") == "advance":
        advance(world, int(sent["days"]) * DAY_S)
    elif method == "POST" and sent.get("do") == "end":
        end(world, world.get(sent["subscription"], "subscription"), "cancellation_requested")
    if method == "POST":
        return Page(status=303, location="/")
    rows = "".join(_desk_row(world, each) for each in world.all("subscription"))
    clock = "".join(_button("advance", f"{days} days later", days=days) for days in (1, 3, 7, 31, 366))
    events = "".join(f"<li>{each['type']}</li>" for each in reversed(world.events[-30:]))
    body = f"<p>Its clock says {_date(world.now)}.</p>{clock}<h2>Subscriptions</h2><table>{rows}</table>"
    return Page(_frame("Local Stripe", f"{body}<h2>Last events</h2><ol>{events}</ol>"))


def _desk_row(world: World, subscription: Obj) -> str:
    customer = world.get(subscription["customer"], "customer")
    plan = subscription["items"]["data"][0]["price"]["lookup_key"]
    cells = (
        customer["email"] or customer["id"],
        plan,
        subscription["status"],
        _date(period_of(subscription)[1]),
    )
    button = _button("end", "End now", subscription=subscription["id"])
    living = subscription["status"] in LIVING
    row = "".join(f"<td>{escape(str(each))}</td>" for each in cells)
    return f"<tr>{row}<td>{button if living else ''}</td></tr>"


def _invoice_row(invoice: Obj) -> str:
    link = f'<a href="/invoice/{invoice["id"]}">{escape(invoice["number"] or invoice["id"])}</a>'
    return f"<tr><td>{link}</td><td>{_money(invoice['total'])}</td><td>{invoice['status']}</td></tr>"


def _invoice(invoice: Obj) -> str:
    lines = "".join(
        f"<tr><td>{escape(line['description'])}</td><td>{_money(line['amount'])}</td></tr>"
        for line in invoice["lines"]["data"]
    )
    tax = sum(each["amount"] for each in invoice["total_taxes"])
    total = f"<p>VAT {_money(tax)} · total {_money(invoice['total'])} · {invoice['status']}</p>"
    return f"<p>Number {escape(invoice['number'] or '–')}</p><table>{lines}</table>{total}"


def _money(cents: int) -> str:
    return f"€{cents / 100:,.2f}"


def _date(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
