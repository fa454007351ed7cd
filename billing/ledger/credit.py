"""What a live, or a workspace outside its lives, may still use, as far as this process knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from billing.ledger.meters import live_key
from billing.plans.catalogue import Meter
from billing.usage import Subject

# What a running live reserves ahead: some ten replies, and a minute on air.
TARGETS: Mapping[Meter, int] = {Meter.TOKENS: 20_000, Meter.VOICE_CHARACTERS: 2_000, Meter.LIVE_SECONDS: 60}
HOLD_TTL_S = 600.0
RENEW_S = 200.0
ASK_AGAIN_S = 5.0  # while less is held than wanted
READ_AGAIN_S = 30.0  # for a cap that was changed


@dataclass(frozen=True, slots=True)
class CostLimits:
    """The installation's limits of what one live, and a workspace in a month, may cost; 0 is none."""

    live_micro_eur: int = 0
    month_micro_eur: int = 0


NO_LIMITS = CostLimits()


@dataclass(slots=True)
class SubjectCredit:
    """Counts what a subject uses against what it holds, between two writes to the ledger.

    - `held`: by meter, what was reserved for it at the last write; outside a live, what was free.
    - `cost`, `month_cost`: what the live, and the workspace this month, has cost, in millionths of a euro.
    - `cap`: the creator's limit for one live; None for no limit.

    What the database has not answered yet counts as allowed: a live that starts does not wait for it.
    """

    subject: Subject
    is_enforced: bool
    limits: CostLimits = NO_LIMITS
    held: dict[Meter, int] = field(default_factory=dict)
    cost: int = 0
    month_cost: int = 0
    cap: int | None = None
    is_closing: bool = False
    _unwritten: dict[Meter, int] = field(default_factory=dict)
    _unwritten_cost: int = 0
    _asked_at_s: dict[Meter, float] = field(default_factory=dict)
    _read_at_s: float | None = None

    def add(self, meter: Meter | None, quantity: int, cost_micro_eur: int) -> None:
        """Count a use."""
        self._unwritten_cost += cost_micro_eur
        if meter is not None:
            self._unwritten[meter] = self._unwritten.get(meter, 0) + quantity

    def left(self, meter: Meter) -> int | None:
        """Return what is left of what is held; None when nothing limits it, or nothing is known yet."""
        held = self.held.get(meter) if self.is_enforced else None
        return None if held is None else held - self._unwritten.get(meter, 0)

    def is_used_up(self, meter: Meter | None) -> bool:
        """Whether nothing more may be used: the credit is used up, or a limit of costs is reached."""
        if self.is_cost_limit_reached:
            return True
        left = self.left(meter) if meter is not None else None
        return left is not None and left <= 0

    def is_refused(self, meter: Meter) -> bool:
        """Whether the database has refused to reserve anything: true also for nobody else's sake."""
        return self.is_enforced and self.held.get(meter) == 0

    @property
    def is_cost_limit_reached(self) -> bool:
        new = self._unwritten_cost
        if self.subject.live_id is not None:
            if self.cap is not None and self.cost + new >= self.cap:
                return True
            if 0 < self.limits.live_micro_eur <= self.cost + new:
                return True
        return self.subject.tenant_id is not None and (
            0 < self.limits.month_micro_eur <= self.month_cost + new
        )

    # --- writing -------------------------------------------------------------------------------------

    def holds_due(self, now_s: float) -> list[dict[str, Any]]:
        """Return the reservations that a write must make, fill up or close."""
        if not self.is_enforced or self.subject.live_id is None:
            return []
        due = [meter for meter in TARGETS if self.is_closing or self._is_due(meter, now_s)]
        for meter in due:
            self._asked_at_s[meter] = now_s
        return [
            {
                "key": live_key(self.subject.live_id, meter),
                "tenant_id": str(self.subject.tenant_id),
                "meter": meter.value,
                "target": 0 if self.is_closing else TARGETS[meter],
                "ttl_s": HOLD_TTL_S,
            }
            for meter in due
        ]

    def is_read_due(self, now_s: float) -> bool:
        """Whether the costs and the cap must be read, which a write does too."""
        if self.subject.tenant_id is None:
            return False
        is_old = self._read_at_s is None or now_s - self._read_at_s >= READ_AGAIN_S
        return is_old or self._unwritten_cost > 0 or any(self._unwritten.values())

    def _is_due(self, meter: Meter, now_s: float) -> bool:
        asked_s = self._asked_at_s.get(meter)
        if asked_s is None or self._unwritten.get(meter):
            return True
        is_short = self.held.get(meter, 0) < TARGETS[meter]
        return now_s - asked_s >= (ASK_AGAIN_S if is_short else RENEW_S)

    def forget_written(self, meter: Meter | None, quantity: int, cost_micro_eur: int) -> None:
        """Stop counting a use here, because the ledger contains it now."""
        self.add(meter, -quantity, -cost_micro_eur)

    def take_answer(self, answer: Mapping[str, Any], now_s: float) -> None:
        """Take the ledger's answer to a write."""
        live_id = self.subject.live_id
        if live_id is not None:
            for meter in TARGETS:
                held = answer["holds"].get(live_key(live_id, meter))
                if held is not None:
                    self.held[meter] = held
        read = answer["lives"].get(str(live_id or self.subject.tenant_id))
        if read is not None:
            self.cost, self.month_cost, self.cap = read["cost"], read["month"], read["cap"]
            self._read_at_s = now_s
            if live_id is None:
                self.held = {Meter(name): free for name, free in read["free"].items()}

    def ask_again(self) -> None:
        """Ask for all reservations with the next write, because the last one failed."""
        self._asked_at_s.clear()
