"""Calls of the ledger's SQL functions, which migration 0002 defines."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection


def payer_of(tenant_id: UUID) -> UUID:
    """Return the workspace whose credit a workspace uses: its agency's, or its own."""
    payer: UUID = _call("billing_payer_of", tenant_id)
    return payer


def lock_credit(payer_id: UUID) -> None:
    """Let nobody else spend or reserve a payer's credit until the end of the transaction."""
    _call("billing_lock_credit", payer_id)


def free_credit(payer_id: UUID, meter: str, key: str, now: datetime) -> int:
    """Return what is neither used nor reserved by others than `key`."""
    free: int = _call("billing_free_credit", payer_id, meter, key, now, now)
    return free


def use_credit(payer_id: UUID, meter: str, quantity: int, key: str, now: datetime) -> int:
    """Spend what was used under a reservation; return the part that no grant covers. Under the lock."""
    uncovered: int = _call("billing_use_credit", payer_id, meter, quantity, key, now, now)
    return uncovered


def _call(function: str, *arguments: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.callproc(function, [str(each) if isinstance(each, UUID) else each for each in arguments])
        row = cursor.fetchone()
    return row[0] if row else None
