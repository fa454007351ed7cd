"""Gives workspaces credit."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.ledger.sql import lock_credit
from billing.models.ledger import Grant
from billing.plans.catalogue import Meter
from tenants import audit
from tenants.models import Tenant

Source = Grant.Source


def grant(
    *,
    tenant_id: UUID,
    meter: Meter,
    quantity: int,
    source: str,
    key: str,
    starts_at: datetime,
    expires_at: datetime | None,
) -> Grant:
    """Grant a quantity of a meter once: a key that exists changes nothing. Return the grant of the key.

    Raise ValueError for a negative quantity.
    """
    if quantity < 0:
        raise ValueError("A grant cannot be negative.")
    given = {
        "tenant_id": tenant_id,
        "meter": meter,
        "quantity": quantity,
        "source": source,
        "starts_at": starts_at,
        "expires_at": expires_at,
    }
    with scopes_disabled():
        row, _ = Grant.objects.get_or_create(key=key, defaults=given)
    return row


@transaction.atomic
def grant_by_hand(
    *,
    tenant: Tenant,
    meter: Meter,
    quantity: int,
    reason: str,
    by: str,
    key: str,
    expires_at: datetime | None = None,
) -> Grant:
    """Grant credit for a reason, as the staff does; it is audited. A key that exists changes nothing.

    Raise ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("Credit by hand needs a reason.")
    starts_at, source = timezone.now(), Source.MANUAL
    row = grant(
        tenant_id=tenant.id,
        meter=meter,
        quantity=quantity,
        source=source,
        key=key,
        starts_at=starts_at,
        expires_at=expires_at,
    )
    if row.reason == "" and row.starts_at == starts_at:
        row.reason, row.granted_by = reason[:200], by[:100]
        row.save(update_fields=["reason", "granted_by"])
        audit.record("credit.granted", row, detail={"meter": meter, "quantity": quantity, "reason": reason})
    return row


@transaction.atomic
def end_grants(*, tenant_id: UUID, source: str, at: datetime, keep: frozenset[str] = frozenset()) -> int:
    """End a workspace's grants of a source that are still open at a time, but for some keys.

    Return how many were ended. What was used of them stays used.
    """
    lock_credit(tenant_id)
    with scopes_disabled():
        grants = Grant.objects.filter(tenant_id=tenant_id, source=source, starts_at__lte=at)
        return grants.exclude(expires_at__lte=at).exclude(key__in=keep).update(expires_at=at)


@transaction.atomic
def resize_grant(row: Grant, quantity: int) -> None:
    """Change what a grant gives, but never below what is used of it; it is audited."""
    if row.quantity == quantity:
        return
    lock_credit(row.tenant_id)
    with scopes_disabled():
        row = Grant.objects.select_for_update().get(id=row.id)
        added = max(row.used, quantity) - row.quantity
        if added == 0:
            return
        row.quantity += added
        row.save(update_fields=["quantity"])
        verb = "credit.taken_back" if added < 0 else "credit.given_back"
        audit.record(verb, row, detail={"meter": row.meter, "quantity": abs(added)})
