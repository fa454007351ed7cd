"""Writes usage as a worker's flush does, with a clock of the test's own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from billing.ledger.grants import grant
from billing.models.ledger import Grant
from billing.plans.catalogue import Meter

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MONTH_END = datetime(2026, 4, 1, tzinfo=UTC)


def give(
    tenant_id: UUID,
    quantity: int,
    *,
    source: str = "plan",
    meter: Meter = Meter.TOKENS,
    starts_at: datetime = NOW - timedelta(days=9),
    expires_at: datetime | None = MONTH_END,
    key: str = "",
) -> Grant:
    return grant(
        tenant_id=tenant_id,
        meter=meter,
        quantity=quantity,
        source=source,
        key=key or str(uuid4()),
        starts_at=starts_at,
        expires_at=expires_at,
    )


def entry(
    tenant_id: UUID | None,
    quantity: int,
    *,
    live_id: UUID | None = None,
    at: datetime = NOW,
    kind: str = "output_tokens",
    meter: str | None = "tokens",
    cost: int = 0,
) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "month": at.date().replace(day=1).isoformat(),
        "tenant_id": str(tenant_id) if tenant_id else None,
        "live_id": str(live_id) if live_id else None,
        "at": at.isoformat(),
        "kind": kind,
        "meter": meter,
        "quantity": quantity,
        "cost_micro_eur": cost,
        "provider": "openai",
        "model": "gpt",
    }


def hold(
    tenant_id: UUID, live_id: UUID, target: int, *, ttl_s: float = 600, meter: str = "tokens"
) -> dict[str, Any]:
    key = f"live:{live_id}:{meter}"
    return {"key": key, "tenant_id": str(tenant_id), "meter": meter, "target": target, "ttl_s": ttl_s}


def write(
    *entries: dict[str, Any],
    holds: tuple[dict[str, Any], ...] = (),
    lives: tuple[dict[str, str], ...] = (),
    enforced: bool = True,
    now: datetime = NOW,
) -> Any:
    """Return what the flush answers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT billing_write_usage(%s::jsonb, %s::jsonb, %s::jsonb, %s, %s)",
            [json.dumps(entries), json.dumps(holds), json.dumps(lives), enforced, now],
        )
        row = cursor.fetchone()
    assert row is not None
    return json.loads(row[0]) if isinstance(row[0], str) else row[0]
