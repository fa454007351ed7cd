"""Holds credit back before it is used and spends it afterwards: two uses at once cannot overspend."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.ledger.sql import free_credit, lock_credit, payer_of, use_credit
from billing.models.ledger import Reservation
from billing.plans.catalogue import Meter

State = Reservation.State
CLOSED_FOR = timedelta(days=35)  # then a closed reservation is deleted, and its key forgotten


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was spent from grants, and what exceeded the credit: nobody pays that."""

    spent: int
    uncovered: int


@transaction.atomic
def reserve(
    tenant_id: UUID,
    meter: Meter,
    quantity: int,
    key: str,
    expires_in: timedelta,
    *,
    now: datetime | None = None,
) -> bool:
    """Hold a quantity back; return False when less is left. The same key reserves once.

    A key that was used before returns whether its reservation still holds something.
    Raise ValueError for a negative quantity.
    """
    if quantity < 0:
        raise ValueError("A reservation cannot be negative.")
    now, payer_id = now or timezone.now(), payer_of(tenant_id)
    lock_credit(payer_id)
    with scopes_disabled():
        known = Reservation.objects.filter(key=key).first()
        if known is not None:
            return known.state == State.OPEN and known.expires_at > now
        if free_credit(payer_id, meter, key, now) < quantity:
            return False
        Reservation.objects.create(
            key=key, tenant_id=payer_id, meter=meter, quantity=quantity, expires_at=now + expires_in
        )
    return True


@transaction.atomic
def settle(key: str, used: int, *, now: datetime | None = None) -> Settlement:
    """Spend what was used under a reservation and free the rest; repeated, it changes nothing.

    Also one that expired is settled, from what is left then. Raise `Reservation.DoesNotExist` for an unknown
    key and ValueError for a negative quantity.
    """
    if used < 0:
        raise ValueError("Nobody can use less than nothing.")
    now = now or timezone.now()
    with scopes_disabled():
        row = _locked(key)
        if row.state in (State.SETTLED, State.RELEASED):
            return Settlement(row.used - row.uncovered, row.uncovered)
        uncovered = use_credit(row.tenant_id, row.meter, used, key, now)
        Reservation.objects.filter(key=key).update(state=State.SETTLED, quantity=0, closed_at=now)
    return Settlement(used - uncovered, uncovered)


@transaction.atomic
def release(key: str, *, now: datetime | None = None) -> bool:
    """Free a reservation under which nothing was used; return whether it was open."""
    with scopes_disabled():
        row = _locked(key)
        rows = Reservation.objects.filter(key=row.key, state=State.OPEN)
        return bool(rows.update(state=State.RELEASED, quantity=0, closed_at=now or timezone.now()))


def expire_reservations(*, now: datetime | None = None) -> int:
    """Mark the open reservations whose time is over; return their number. They hold nothing already."""
    now = now or timezone.now()
    with scopes_disabled():
        Reservation.objects.filter(closed_at__lt=now - CLOSED_FOR).delete()
        over = Reservation.objects.filter(state=State.OPEN, expires_at__lte=now)
        return over.update(state=State.EXPIRED, closed_at=now)


def _locked(key: str) -> Reservation:
    """Return a reservation as it is once nobody else can change its payer's credit."""
    tenant_id = Reservation.objects.values_list("tenant_id", flat=True).get(key=key)
    lock_credit(tenant_id)
    row: Reservation = Reservation.objects.get(key=key)
    return row
