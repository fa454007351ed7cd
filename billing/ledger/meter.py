"""The `UsageMeter` of a process: records in memory, written to the ledger by one task."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from billing.ledger.credit import NO_LIMITS, CostLimits, SubjectCredit
from billing.ledger.meters import METER_OF_KIND
from billing.ledger.records import UsageBuffer, Used
from billing.ledger.writing import EntriesRefused, LedgerUnavailable, Rows, WriteUsage
from billing.plans.catalogue import Meter
from billing.prices import PriceBook
from billing.usage import Subject, UsageKind, UsageRecord

logger = logging.getLogger(__name__)

FLUSH_S = 1.0
DRAIN_S = 10.0
# Their price is the plan's: the installation pays nobody for them.
UNPRICED = frozenset({UsageKind.LIVE_SECONDS, UsageKind.ENCODER_SECONDS, UsageKind.STORAGE_BYTES})


class LedgerMeter:
    """Takes reports without waiting, and writes those of all lives in one query, at most once a second.

    While the database is away it holds them and writes them later. A write that is repeated changes nothing,
    because each entry keeps its key. A process that is killed loses what it had not written: nobody pays it,
    and what its lives had reserved is free again when it expires.

    - `euros_per_dollar`: the rate at which prices, which are in US dollars, are estimated in euros.
    - `is_enforced`: whether credit limits what may be used.
    """

    def __init__(
        self,
        write: WriteUsage,
        prices: PriceBook,
        *,
        euros_per_dollar: float,
        is_enforced: bool,
        limits: CostLimits = NO_LIMITS,
        clock: Callable[[], float] = time.time,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._prices = prices
        self._micro_eur_per_dollar = euros_per_dollar * 1e6
        self._is_enforced = is_enforced
        self._limits = limits
        self._clock = clock
        self._now_s = now_s
        self._buffer = UsageBuffer()
        self._batch: Rows = []
        self._credits: dict[Subject, SubjectCredit] = {}
        self._writing = asyncio.Lock()
        self.is_database_down = False

    @property
    def waiting(self) -> int:
        """The number of quantities that are not written yet."""
        return len(self._buffer) + len(self._batch)

    def credit_of(self, subject: Subject) -> SubjectCredit:
        """Return what a subject may use, the same object until it is closed."""
        credit = self._credits.get(subject)
        if credit is None:
            credit = SubjectCredit(subject, self._is_enforced, self._limits)
            self._credits[subject] = credit
        credit.is_closing = False
        return credit

    def close(self, subject: Subject) -> None:
        """Free what a live has reserved, with the next write."""
        credit = self._credits.get(subject)
        if credit is not None:
            credit.is_closing = True

    def record(self, usage: UsageRecord) -> None:
        """Count a use at once, and write it with the next write. Never waits and never raises."""
        self._record(usage, self._clock(), None)

    def record_once(self, usage: UsageRecord, *, at_s: float, key: UUID) -> None:
        """Record a use that another worker may report too under the same key and time: one counts."""
        self._record(usage, at_s, key)

    def _record(self, usage: UsageRecord, at_s: float, key: UUID | None) -> None:
        kind, quantity, subject = usage.kind, usage.quantity, usage.subject
        usd = 0.0
        if kind not in UNPRICED:
            usd = self._prices.cost_usd(kind, quantity, usage.provider, usage.model)
        cost = round(usd * self._micro_eur_per_dollar)
        self._buffer.add(
            Used(
                at_s,
                kind,
                quantity,
                cost,
                usage.provider,
                usage.model,
                subject.tenant_id,
                subject.live_id,
                key,
            )
        )
        credit = self._credits.get(subject)
        if credit is not None:
            credit.add(METER_OF_KIND.get(kind), quantity, cost)

    async def run(self) -> None:
        """Write once a second until cancelled, then write the rest and free what is reserved."""
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                await self.flush()
        finally:
            await self._drain()

    async def flush(self) -> bool:
        """Write what waits, at most one batch, and read what is due; return whether nothing went wrong."""
        async with self._writing:
            now_s = self._now_s()
            if not self._batch:
                self._batch = self._buffer.take()
            known = list(self._credits.values())
            holds = [hold for credit in known for hold in credit.holds_due(now_s)]
            lives = [_named(credit.subject) for credit in known if credit.is_read_due(now_s)]
            if not (self._batch or holds or lives):
                self._forget_closed(known)
                return True
            try:
                answer = await self._write(self._batch, holds, lives, is_enforced=self._is_enforced)
            except LedgerUnavailable as error:
                self._note_failure(error)
                for credit in known:
                    credit.ask_again()
                return False
            self._take_answer(answer, known, now_s)
            return True

    def _take_answer(self, answer: Any, known: list[SubjectCredit], now_s: float) -> None:
        if self.is_database_down:
            logger.warning("database reachable again, usage is written: waiting=%d", self.waiting)
        self.is_database_down = False
        written, self._batch = self._batch, []
        for entry in written:
            credit = self._credits.get(_subject_of(entry))
            if credit is not None:
                meter = Meter(entry["meter"]) if entry["meter"] else None
                credit.forget_written(meter, entry["quantity"], entry["cost_micro_eur"])
        for credit in known:
            credit.take_answer(answer, now_s)
        self._forget_closed(known)

    def _forget_closed(self, known: list[SubjectCredit]) -> None:
        if not self._buffer:
            for credit in known:
                if credit.is_closing:
                    self._credits.pop(credit.subject, None)

    def _note_failure(self, error: LedgerUnavailable) -> None:
        if isinstance(error, EntriesRefused):
            logger.error("usage refused and dropped: error=%s quantities=%d", error, len(self._batch))
            self._batch = []
            return
        if not self.is_database_down:
            logger.warning("database unreachable, usage is held: error=%s waiting=%d", error, self.waiting)
        self.is_database_down = True

    async def _drain(self) -> None:
        for subject in self._credits:
            self.close(subject)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while not await self.flush() or self.waiting or self._credits:
                    if self.is_database_down:
                        await asyncio.sleep(FLUSH_S)
        if self.waiting:
            logger.error("usage lost at the end: quantities=%d", self.waiting)


def _named(subject: Subject) -> dict[str, str | None]:
    live_id = str(subject.live_id) if subject.live_id else None
    return {"tenant_id": str(subject.tenant_id), "live_id": live_id}


def _subject_of(entry: dict[str, Any]) -> Subject:
    tenant_id, live_id = entry["tenant_id"], entry["live_id"]
    return Subject(UUID(tenant_id) if tenant_id else None, UUID(live_id) if live_id else None)
