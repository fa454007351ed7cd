"""What was used and is not written yet: a bounded buffer, and its entries for the ledger."""

import secrets
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from billing.ledger.meters import METER_OF_KIND
from billing.usage import UsageKind

CAPACITY = 50_000
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Used:
    """One quantity that was used, `at_s` seconds after 1970. Without a key it gets one when written."""

    at_s: float
    kind: UsageKind
    quantity: int
    cost_micro_eur: int
    provider: str
    model: str
    tenant_id: UUID | None
    live_id: UUID | None
    key: UUID | None = None


class UsageBuffer:
    """Holds usage until it is written. Nothing is lost when it is full: usage is added up by hours."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._waiting: deque[Used] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, used: Used) -> None:
        """Add a quantity; never waits."""
        self._waiting.append(used)
        if len(self._waiting) > self._capacity:
            self._waiting = deque(_added_up(self._waiting))
            # Where adding up no longer helps, it is tried again only when the buffer has doubled.
            self._capacity = max(self._capacity, 2 * len(self._waiting))

    def take(self, number: int = BATCH) -> list[dict[str, Any]]:
        """Remove the oldest usage and return it as entries, each with a key of its own."""
        return [_entry(self._waiting.popleft()) for _ in range(min(number, len(self._waiting)))]


def _added_up(waiting: deque[Used]) -> list[Used]:
    sums: dict[Any, Used] = {}
    for each in waiting:
        what = (each.kind, each.provider, each.model, each.tenant_id, each.live_id)
        # What has a key must be written under it.
        group = (each.key,) if each.key else (int(each.at_s // 3_600), *what)
        known = sums.get(group)
        if known is None or each.key:
            sums.setdefault(group, each)
            continue
        quantity, cost = each.quantity + known.quantity, each.cost_micro_eur + known.cost_micro_eur
        sums[group] = replace(each, quantity=quantity, cost_micro_eur=cost)
    return list(sums.values())


def _entry(used: Used) -> dict[str, Any]:
    at = datetime.fromtimestamp(used.at_s, UTC)
    meter = METER_OF_KIND.get(used.kind)
    return {
        "key": str(used.key or time_ordered_key(used.at_s)),
        "month": f"{at:%Y-%m}-01",
        "tenant_id": str(used.tenant_id) if used.tenant_id else None,
        "live_id": str(used.live_id) if used.live_id else None,
        "at": at.isoformat(),
        "kind": used.kind.value,
        "meter": meter.value if meter else None,
        "quantity": used.quantity,
        "cost_micro_eur": used.cost_micro_eur,
        "provider": used.provider[:60],
        "model": used.model[:120],
    }


def time_ordered_key(at_s: float) -> UUID:
    """Return a new UUID of version 7 (RFC 9562): new rows lie at the end of the ledger's index."""
    milliseconds = max(0, int(at_s * 1_000)) & (2**48 - 1)
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))
