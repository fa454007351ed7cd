"""Subscriptions: their beginning, changes with proration, cancellation, renewal and end."""

from dataclasses import dataclass, field
from typing import Any, Final

from tests.fakes.stripe_server.catalogue import attach_card, pays
from tests.fakes.stripe_server.forms import is_true
from tests.fakes.stripe_server.invoices import (
    build_invoice,
    create_invoice,
    finalize,
    line_of,
    pay,
    subscription_of,
    void,
)
from tests.fakes.stripe_server.periods import left_of, period_after
from tests.fakes.stripe_server.world import DAY_S, Obj, StripeRefusal, World, deep_copy, list_of

LIVING: Final = ("active", "trialing", "past_due")


def create_subscription(world: World, sent: Obj) -> Obj:
    """Start a subscription and pay its first invoice; without a payment nothing begins (402)."""
    customer = world.get(sent["customer"], "customer")
    card = sent.get("default_payment_method")
    card = attach_card(world, card, customer["id"])["id"] if card else None
    trial_end = _trial_end(world, sent)
    paying = card or customer["invoice_settings"]["default_payment_method"]
    if not trial_end and not pays(world, paying):
        raise StripeRefusal("Your card was declined.", status=402, code="card_declined")
    subscription = _new(world, customer, sent, card, trial_end)
    for item in sent["items"]:
        _add_item(world, subscription, item, trial_end or None)
    if sent.get("discounts"):
        apply_discounts(world, subscription, sent["discounts"])
    customer["currency"] = subscription["currency"] = subscription["items"]["data"][0]["price"]["currency"]
    world.emit("customer.subscription.created", subscription)
    lines = [] if trial_end else _period_lines(subscription)
    _bill(world, subscription, lines, "subscription_create")
    return subscription


def _trial_end(world: World, sent: Obj) -> int:
    if sent.get("trial_end"):
        return int(sent["trial_end"])
    return world.now + int(sent["trial_period_days"]) * DAY_S if sent.get("trial_period_days") else 0


def _new(world: World, customer: Obj, sent: Obj, card: str | None, trial_end: int) -> Obj:
    subscription_id, now = world.new_id("sub"), world.now
    return world.add(
        "subscription",
        subscription_id,
        application=None,
        application_fee_percent=None,
        automatic_tax={
            "enabled": is_true((sent.get("automatic_tax") or {}).get("enabled")),
            "liability": None,
        },
        billing_cycle_anchor=trial_end or now,
        billing_mode={"type": "flexible"},
        cancel_at=None,
        cancel_at_period_end=False,
        canceled_at=None,
        cancellation_details={"comment": None, "feedback": None, "reason": None},
        collection_method="charge_automatically",
        currency="eur",
        customer=customer["id"],
        days_until_due=None,
        default_payment_method=card,
        default_source=None,
        default_tax_rates=[],
        description=None,
        discounts=[],
        ended_at=None,
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
        items=list_of([], f"/v1/subscription_items?subscription={subscription_id}"),
        latest_invoice=None,
        metadata=sent.get("metadata", {}),
        pause_collection=None,
        payment_settings={"payment_method_options": None, "save_default_payment_method": "off"},
        pending_setup_intent=None,
        pending_update=None,
        schedule=None,
        start_date=now,
        status="trialing" if trial_end else "active",
        test_clock=None,
        trial_end=trial_end or None,
        trial_start=now if trial_end else None,
    )


def _add_item(world: World, subscription: Obj, sent: Obj, ends: int | None = None) -> Obj:
    """Add an item; it shares the period of the others, or begins one of its own."""
    price = world.get(sent["price"], "price")
    others = subscription["items"]["data"]
    start = others[0]["current_period_start"] if others else world.now
    end = others[0]["current_period_end"] if others else ends or period_after(world.now, price)
    item = {
        "id": world.new_id("si"),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": world.now,
        "current_period_start": start,
        "current_period_end": end,
        "discounts": [],
        "metadata": {},
        "price": deep_copy(price),
        "quantity": int(sent.get("quantity", 1)),
        "subscription": subscription["id"],
        "tax_rates": [],
    }
    others.append(item)
    return item


def apply_discounts(world: World, subscription: Obj, discounts: list[Obj]) -> None:
    """Put the first coupon, or the coupon of the first promotion code, on a subscription."""
    sent = discounts[0]
    promotion = world.get(sent["promotion_code"], "promotion_code") if sent.get("promotion_code") else None
    coupon_id = promotion["promotion"]["coupon"] if promotion else sent["coupon"]
    discount = world.add(
        "discount",
        world.new_id("di"),
        checkout_session=None,
        customer=subscription["customer"],
        end=None,
        invoice=None,
        invoice_item=None,
        promotion_code=promotion["id"] if promotion else None,
        source={"type": "coupon", "coupon": coupon_id},
        start=world.now,
        subscription=subscription["id"],
        subscription_item=None,
    )
    subscription["discounts"] = [discount["id"]]
    world.get(coupon_id, "coupon")["times_redeemed"] += 1


@dataclass(slots=True)
class Change:
    """What an update of a subscription asks for, as lists of items."""

    items: list[Obj] = field(default_factory=list)
    behavior: str = "create_prorations"
    at: int = 0


def update_subscription(world: World, subscription: Obj, sent: Obj) -> Obj:
    """Change a subscription; with `always_invoice` and `error_if_incomplete` only if it could be paid."""
    if subscription["status"] not in LIVING:
        raise StripeRefusal("A canceled subscription can only update its cancellation_details and metadata.")
    before = deep_copy(subscription)
    lines: list[Obj] = []
    if sent.get("items"):
        behavior = sent.get("proration_behavior", "create_prorations")
        at = int(sent.get("proration_date") or world.now)
        lines = change_items(world, subscription, Change(sent["items"], behavior, at))
        if not _settle(world, subscription, before, lines, behavior, sent.get("payment_behavior", "")):
            subscription.clear()
            subscription.update(before)
            raise StripeRefusal("Your card was declined.", status=402, code="card_declined")
    _update_fields(world, subscription, sent)
    changed = {name: before[name] for name in before if before[name] != subscription[name]}
    if changed:
        world.emit("customer.subscription.updated", subscription, changed)
    return subscription


def _update_fields(world: World, subscription: Obj, sent: Obj) -> None:
    if "cancel_at_period_end" in sent:
        ends = is_true(sent["cancel_at_period_end"])
        subscription["cancel_at_period_end"] = ends
        subscription["cancel_at"] = period_of(subscription)[1] if ends else None
        subscription["canceled_at"] = world.now if ends else None
        reason = "cancellation_requested" if ends else None
        subscription["cancellation_details"]["reason"] = reason
    if sent.get("default_payment_method"):
        card = attach_card(world, sent["default_payment_method"], subscription["customer"])
        subscription["default_payment_method"] = card["id"]
    if "metadata" in sent:
        subscription["metadata"] = {**subscription["metadata"], **sent["metadata"]}
    if sent.get("discounts"):
        apply_discounts(world, subscription, sent["discounts"])
    if sent.get("trial_end"):
        subscription["trial_end"] = world.now if sent["trial_end"] == "now" else int(sent["trial_end"])


def _settle(
    world: World, subscription: Obj, before: Obj, lines: list[Obj], behavior: str, payment: str
) -> bool:
    """Bill the lines of a change now or with the next invoice; return False if it must not happen."""
    if behavior != "always_invoice":
        world.pending_lines.setdefault(subscription["id"], []).extend(lines)
        return True
    customer = world.get(subscription["customer"], "customer")
    card = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    preview = build_invoice(world, customer, lines, "subscription_update", subscription, "in_preview")
    if payment == "error_if_incomplete" and preview["amount_due"] and not pays(world, card):
        return False
    _bill(world, subscription, lines, "subscription_update")
    return True


def change_items(world: World, subscription: Obj, change: Change) -> list[Obj]:
    """Apply new items; return the lines: credit for the unused time, and what the new items cost."""
    at, old_period = change.at or world.now, period_of(subscription)
    before = {item["id"]: deep_copy(item) for item in subscription["items"]["data"]}
    for sent in change.items:
        _apply_item(world, subscription, sent)
    if not subscription["items"]["data"]:
        raise StripeRefusal("A subscription needs at least one item.")
    after = {item["id"]: item for item in subscription["items"]["data"]}
    new_interval = _interval(before) != _interval(after)
    if new_interval:
        _restart_period(subscription, at)
    if change.behavior == "none":
        return []
    return _proration_lines(before, after, old_period, at, new_interval)


def _apply_item(world: World, subscription: Obj, sent: Obj) -> None:
    items = subscription["items"]["data"]
    found = next((each for each in items if each["id"] == sent.get("id")), None)
    if found is None:
        _add_item(world, subscription, sent)
    elif is_true(sent.get("deleted")):
        items.remove(found)
    else:
        if sent.get("price"):
            found["price"] = deep_copy(world.get(sent["price"], "price"))
        found["quantity"] = int(sent.get("quantity", found["quantity"]))


def _interval(items: dict[str, Obj]) -> Any:
    return next(iter(items.values()))["price"]["recurring"]["interval"]


def _restart_period(subscription: Obj, at: int) -> None:
    """Begin a new period now, as a change between months and years does."""
    subscription["billing_cycle_anchor"] = at
    for item in subscription["items"]["data"]:
        item["current_period_start"], item["current_period_end"] = at, period_after(at, item["price"])


def _proration_lines(
    before: dict[str, Obj], after: dict[str, Obj], old_period: tuple[int, int], at: int, restarted: bool
) -> list[Obj]:
    lines = []
    left = left_of(old_period, at)
    for item_id in {**before, **after}:
        old, new = before.get(item_id), after.get(item_id)
        same = old and new and (old["price"]["id"], old["quantity"]) == (new["price"]["id"], new["quantity"])
        if same and not restarted:
            continue
        if old:
            lines.append(_part(old, -left, (at, old_period[1]), "Unused time on"))
        if new:
            period = (new["current_period_start"], new["current_period_end"])
            share = 1.0 if restarted else left
            lines.append(_part(new, share, (at, period[1]), "Remaining time on"))
    return lines


def _part(item: Obj, share: float, period: tuple[int, int], words: str) -> Obj:
    price = item["price"]
    return line_of(
        price,
        item["quantity"],
        period,
        amount=round(price["unit_amount"] * item["quantity"] * share),
        description=f"{words} {item['quantity']} × {price['lookup_key'] or price['id']}",
        proration=True,
        subscription_item=item["id"],
    )


def preview(world: World, sent: Obj) -> Obj:
    """Return the invoice that a change would make, without making the change."""
    subscription = deep_copy(world.get(sent["subscription"], "subscription"))
    details = sent.get("subscription_details") or {}
    behavior = details.get("proration_behavior", "create_prorations")
    at = int(details.get("proration_date") or world.now)
    lines = change_items(world, subscription, Change(details.get("items") or [], behavior, at))
    if behavior != "always_invoice":
        lines += _next_period_lines(subscription)
    customer = world.get(subscription["customer"], "customer")
    invoice_id = world.new_id("upcoming_in")
    return build_invoice(world, customer, lines, "upcoming", subscription, invoice_id)


def _period_lines(subscription: Obj) -> list[Obj]:
    return [
        line_of(
            item["price"],
            item["quantity"],
            (item["current_period_start"], item["current_period_end"]),
            subscription_item=item["id"],
        )
        for item in subscription["items"]["data"]
    ]


def _next_period_lines(subscription: Obj) -> list[Obj]:
    end = period_of(subscription)[1]
    items = subscription["items"]["data"]
    return [
        line_of(
            item["price"],
            item["quantity"],
            (end, period_after(end, item["price"])),
            subscription_item=item["id"],
        )
        for item in items
    ]


def _bill(world: World, subscription: Obj, lines: list[Obj], reason: str) -> Obj:
    """Make an invoice of the subscription, finalize it and try to pay it."""
    lines = lines + world.pending_lines.pop(subscription["id"], [])
    customer = world.get(subscription["customer"], "customer")
    invoice = create_invoice(world, customer, lines, reason, subscription)
    subscription["latest_invoice"] = invoice["id"]
    finalize(world, invoice)
    paid = pay(world, invoice)
    _drop_used_coupon(world, subscription)
    follow_payment(world, subscription, invoice, paid)
    return invoice


def _drop_used_coupon(world: World, subscription: Obj) -> None:
    for discount_id in list(subscription["discounts"]):
        coupon = world.get(world.get(discount_id, "discount")["source"]["coupon"], "coupon")
        if coupon["duration"] == "once":
            subscription["discounts"] = []


def follow_payment(world: World, subscription: Obj, invoice: Obj, paid: bool) -> None:
    """Let the status of a subscription follow a payment: active, past due, or ended after the last try."""
    if subscription["status"] not in LIVING:
        return
    before = subscription["status"]
    if not paid and invoice["next_payment_attempt"] is None:
        end(world, subscription, "payment_failed")
        return
    if not paid:
        subscription["status"] = "past_due"
    elif before == "past_due" and not any(_open_invoices(world, subscription)):
        subscription["status"] = "active"
    if subscription["status"] != before:
        world.emit("customer.subscription.updated", subscription, {"status": before})


def _open_invoices(world: World, subscription: Obj) -> list[Obj]:
    open_ones = world.all("invoice", status="open")
    return [each for each in open_ones if subscription_of(world, each) is subscription]


def end(world: World, subscription: Obj, reason: str) -> Obj:
    """End a subscription now."""
    subscription["status"] = "canceled"
    subscription["ended_at"] = world.now
    subscription["canceled_at"] = subscription["canceled_at"] or world.now
    subscription["cancellation_details"]["reason"] = reason
    for invoice in _open_invoices(world, subscription):
        void(world, invoice)
    world.emit("customer.subscription.deleted", subscription)
    return subscription


def renew(world: World, subscription: Obj) -> None:
    """Begin the next period, or end at the end of this one if it was cancelled."""
    if subscription["cancel_at_period_end"]:
        end(world, subscription, "cancellation_requested")
        return
    before = deep_copy(subscription["items"])
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    for item in subscription["items"]["data"]:
        start = item["current_period_end"]
        item["current_period_start"], item["current_period_end"] = start, period_after(start, item["price"])
    world.emit("customer.subscription.updated", subscription, {"items": before})
    _bill(world, subscription, _period_lines(subscription), "subscription_cycle")


def period_of(subscription: Obj) -> tuple[int, int]:
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]
