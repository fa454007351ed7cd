"""Counts the seconds in which a live is on air, each once whatever happens to its worker."""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID, uuid5

from billing.ledger.meter import LedgerMeter
from billing.usage import Subject, UsageKind, UsageRecord

SLOT_S = 10
TICK_S = 1.0
NAMESPACE = UUID("3f0c2f5e-6a0c-4d6b-9a53-1b6f4f6f7a11")


class OnAirCounter:
    """Reports seconds of a live by slots of the clock, each under a key that follows from live and slot.

    So two workers that both ran the live in a slot, because one was frozen or took it over, count it once:
    the first report counts, and the tenant is given the rest. A slot never counts more than its length, so
    that a clock that jumps or a process that stood still adds nothing.

    - `is_on_air`: whether the host, or its stream, is on air now; `kind`: what its seconds count as.
    - `clock`: seconds since 1970, for the slots; `now_s` measures what has passed.
    """

    def __init__(
        self,
        meter: LedgerMeter,
        subject: Subject,
        *,
        is_on_air: Callable[[], bool],
        kind: UsageKind = UsageKind.LIVE_SECONDS,
        clock: Callable[[], float] = time.time,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._meter = meter
        self._subject = subject
        self._is_on_air = is_on_air
        self._kind = kind
        self._clock = clock
        self._now_s = now_s
        self._last_s = now_s()
        self._was_on_air = is_on_air()
        self._slot = int(clock() // SLOT_S)
        self._counted_s = 0.0

    async def run(self) -> None:
        """Count until cancelled, then report the last slot and free what the live has reserved."""
        self._meter.credit_of(self._subject)
        try:
            while True:
                await asyncio.sleep(TICK_S)
                self.count()
        finally:
            self.count()
            self._report()
            self._meter.close(self._subject)

    def count(self) -> None:
        """Count what has passed since the last call, if the host was on air then and is now."""
        now_s, is_on_air = self._now_s(), self._is_on_air()
        if is_on_air and self._was_on_air:
            self._counted_s = min(float(SLOT_S), self._counted_s + now_s - self._last_s)
        self._last_s, self._was_on_air = now_s, is_on_air
        slot = int(self._clock() // SLOT_S)
        if slot != self._slot:
            self._report()
            self._slot = slot

    def _report(self) -> None:
        """Report the whole seconds of the slot; the rest belongs to the next one."""
        seconds = int(self._counted_s)
        self._counted_s -= seconds
        if seconds > 0:
            usage = UsageRecord(self._kind, seconds, "", "", self._subject)
            of_kind = "" if self._kind is UsageKind.LIVE_SECONDS else f":{self._kind}"
            key = uuid5(NAMESPACE, f"{self._subject.live_id}:{self._slot}{of_kind}")
            self._meter.record_once(usage, at_s=float(self._slot * SLOT_S), key=key)
