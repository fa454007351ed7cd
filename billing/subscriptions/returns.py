"""What of a customer's payments was given back: refunds, and disputes that are open or lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from djstripe.models import Charge, Dispute

from billing.plans.catalogue import Money
from billing.subscriptions.mirror import customer_of, moment
from tenants.models import Tenant

# While a dispute is in one of these states, the bank has the money.
WITHDRAWN: Final = frozenset({"needs_response", "under_review", "lost"})


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A payment of which something was refunded or is disputed; `state` is refunded or a dispute's status."""

    paid_at: datetime
    paid: Money
    returned: Money
    state: str


def returned_cents(customer: Any) -> dict[str, int]:
    """Return how much of each payment was given back, by the id of its payment intent. Two queries."""
    returned: dict[str, int] = {}
    for charge in Charge.objects.filter(customer=customer):
        if cents := int(charge.stripe_data.get("amount_refunded") or 0):
            returned[_payment_of(charge.stripe_data)] = cents
    for dispute in Dispute.objects.filter(charge__customer=customer):
        if dispute.stripe_data["status"] in WITHDRAWN:
            payment = _payment_of(dispute.stripe_data)
            returned[payment] = returned.get(payment, 0) + int(dispute.stripe_data["amount"])
    return returned


def kept_part(session: dict[str, Any], quantity: int, returned: dict[str, int]) -> int:
    """Return the part of a pack's quantity whose payment was kept, rounded down."""
    total = int(session["amount_total"] or 0)
    back = min(total, returned.get(_payment_of(session), 0))
    return quantity * (total - back) // total if total else quantity


def returns_of(tenant: Tenant) -> list[ReturnRow]:
    """Return what was given back to a workspace or is disputed, the newest payment first."""
    customer = customer_of(tenant)
    if customer is None:
        return []
    rows = []
    for charge in Charge.objects.filter(customer=customer).order_by("-created"):
        found = charge.stripe_data
        if found.get("amount_refunded"):
            rows.append(_row(found, found["amount_refunded"], "refunded"))
        disputes = Dispute.objects.filter(charge=charge)
        rows += [_row(found, each.stripe_data["amount"], each.stripe_data["status"]) for each in disputes]
    return rows


def _row(charge: dict[str, Any], cents: int, state: str) -> ReturnRow:
    paid_at = moment(int(charge["created"]))
    assert paid_at is not None  # noqa: S101  # a number has a time
    currency = charge["currency"]
    return ReturnRow(paid_at, Money(charge["amount"], currency), Money(int(cents), currency), state)


def _payment_of(found: dict[str, Any]) -> str:
    intent = found.get("payment_intent") or ""
    return str(intent["id"] if isinstance(intent, dict) else intent)
