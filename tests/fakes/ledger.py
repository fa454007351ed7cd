"""A ledger in memory, for tests of what a process does between two writes."""

from typing import Any

from billing.ledger.writing import LedgerUnavailable, Rows


class FakeLedger:
    """Takes writes as `billing_write_usage` does; `free` is the credit that is left of each meter.

    With `fails` set, the next write raises it: after writing when `is_lost`, as when the answer is lost.
    """

    def __init__(self, **free: int) -> None:
        self.free = free
        self.entries: dict[str, dict[str, Any]] = {}
        self.holds: dict[str, int] = {}
        self.calls = 0
        self.cap: int | None = None
        self.fails: LedgerUnavailable | None = None
        self.is_lost = False

    async def __call__(self, entries: Rows, holds: Rows, lives: Rows, *, is_enforced: bool) -> Any:
        self.calls += 1
        if self.fails is not None and not self.is_lost:
            raise self.fails
        for entry in entries:
            if entry["key"] not in self.entries:
                self.entries[entry["key"]] = entry
                self._spend(entry)
        for hold in holds:
            self._hold(hold)
        answer = {
            "holds": {hold["key"]: self.holds[hold["key"]] for hold in holds if is_enforced},
            "lives": {each["live_id"] or each["tenant_id"]: self._read(each) for each in lives},
        }
        if self.fails is not None:
            raise self.fails
        return answer

    def quantity(self, kind: str) -> int:
        return sum(entry["quantity"] for entry in self.entries.values() if entry["kind"] == kind)

    def _spend(self, entry: dict[str, Any]) -> None:
        if entry["meter"]:
            key = f"live:{entry['live_id']}:{entry['meter']}"
            held = self.holds.get(key, 0)
            self.holds[key] = max(0, held - entry["quantity"])
            beyond = max(0, entry["quantity"] - held)
            self.free[entry["meter"]] = max(0, self.free.get(entry["meter"], 0) - beyond)

    def _hold(self, hold: dict[str, Any]) -> None:
        available = self.free.get(hold["meter"], 0) + self.holds.get(hold["key"], 0)
        self.holds[hold["key"]] = min(hold["target"], available)
        self.free[hold["meter"]] = available - self.holds[hold["key"]]

    def _read(self, subject: dict[str, Any]) -> dict[str, Any]:
        of_live = [each for each in self.entries.values() if each["live_id"] == subject["live_id"]]
        costs = [sum(each["cost_micro_eur"] for each in group) for group in (of_live, self.entries.values())]
        free = {} if subject["live_id"] else dict(self.free)
        return {"cost": costs[0], "month": costs[1], "cap": self.cap, "free": free}
