"""Records the events and replies of a worker's lives in the database, in batches and without blocking."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import takewhile
from typing import TypeVar
from uuid import UUID

from livesessions.models.replies import Reply
from livesessions.worker.recorder.buffer import EventBuffer
from livesessions.worker.recorder.rows import Deletion, EventRow
from livesessions.worker.recorder.writer import DatabaseUnavailable, Writer

logger = logging.getLogger(__name__)

T = TypeVar("T")

FLUSH_S = 0.05
RETRY_S = 0.5
DRAIN_S = 10.0
CLAIM_WITHIN_S = 1.0
# A worker that freezes inside a claim must not keep the row locked, which the kill switch ends.
CLAIM_OPTIONS = (
    "-c statement_timeout=1s -c lock_timeout=1s -c idle_in_transaction_session_timeout=1s"
    " -c synchronous_commit=off"
)
BATCH_ROWS = 2_000
# Beyond this a live is read more slowly, unless the database is down.
FAR_BEHIND_ROWS = 10_000
STUCK_S = 1.0
# More than 200,000 rows: over a minute of 3,000 events a second.
CAPACITY_BYTES = 160 * 2**20
CAPACITY_REPLIES = 20_000
CAPACITY_DELETIONS = 20_000


class Recorder:
    """Buffers rows for about `FLUSH_S`, then writes them in order; buffers on while the database is down.

    - Beyond its capacity the newest rows are lost and counted.
    - `behind_s`: the age of the oldest row of the last batch when it had been written.
    - `busy_s`: the total time spent waiting for the database.
    """

    def __init__(self, *, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._events = EventBuffer(capacity_bytes)
        self._replies: dict[UUID, Reply] = {}
        self._deletions: deque[Deletion] = deque()
        self._lost: Counter[UUID] = Counter()
        self._filled = asyncio.Event()
        self._writing = asyncio.Lock()
        self._written = asyncio.Event()
        self._written_at_s = -STUCK_S
        self._writer = Writer()
        # One thread, so that one connection stays open.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recorder")
        # Claims do not wait for a batch, nor for the disk: other workers see them at once.
        self._claims = Writer(CLAIM_OPTIONS)
        self._claims_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="claims")
        self.is_database_down = False
        self.behind_s = 0.0
        self.most_behind_s = 0.0
        self.busy_s = 0.0

    @property
    def lost(self) -> int:
        """The number of rows that could not be buffered or written."""
        return self._lost.total() + self._events.refused.total()

    @property
    def held(self) -> int:
        """The number of rows that wait to be written."""
        return len(self._events) + len(self._replies)

    @property
    def is_far_behind(self) -> bool:
        """Whether rows arrive faster than a reachable database can write them."""
        if len(self._events) <= FAR_BEHIND_ROWS:
            return False
        return asyncio.get_running_loop().time() - self._written_at_s < STUCK_S

    async def catch_up(self) -> None:
        """Wait until the log is no longer far behind, at most `STUCK_S` after the last successful write."""
        while self.is_far_behind:
            self._written.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(STUCK_S):
                    await self._written.wait()

    def not_written(self, session_id: UUID) -> int:
        """Return the number of rows of a session that could not be buffered or written."""
        return self._lost[session_id] + self._events.refused[session_id]

    def add_event(self, row: EventRow) -> None:
        """Queue an event; never waits. An event that is already in the log is not changed."""
        if self._events.add(row):
            self._filled.set()

    def add_reply(self, reply: Reply) -> None:
        """Queue a reply, to be inserted or updated as it is when it is written; never waits."""
        if len(self._replies) >= CAPACITY_REPLIES and reply.id not in self._replies:
            self._lost[reply.session_id] += 1
            return
        self._replies[reply.id] = reply
        self._filled.set()

    async def claim(self, reply: Reply) -> bool:
        """Write a reply before it is said; return False when its live is another worker's, or silenced.

        While the database does not answer, the claim is granted: no other worker can take the live over then.
        """
        try:
            async with asyncio.timeout(CLAIM_WITHIN_S):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._claims_thread, self._claims.claim, reply)
        except (DatabaseUnavailable, TimeoutError):
            logger.warning("database unreachable, reply not claimed: session=%s", reply.session_id)
            return True

    def erase_events(
        self, session_id: UUID, source_ids: list[str], viewer_hashes: list[str] | None = None
    ) -> None:
        """Queue the erasure of text and names, of events and of all comments of viewers; never waits."""
        if len(self._deletions) >= CAPACITY_DELETIONS:
            self._lost[session_id] += 1
            return
        self._deletions.append(Deletion(self._events.added, session_id, source_ids, viewer_hashes or []))
        self._filled.set()

    async def run(self) -> None:
        """Write until cancelled, then write the rest."""
        try:
            while True:
                await self._filled.wait()
                await asyncio.sleep(self._batch_wait_s())
                await self.flush()
        finally:
            await self._drain()

    def _batch_wait_s(self) -> float:
        """Return how long the oldest row may still wait for others in its batch."""
        oldest = self._events.oldest(1)
        return min(max(FLUSH_S - _age_s(oldest[0]), 0.0), FLUSH_S) if oldest else FLUSH_S

    async def flush(self) -> None:
        """Write all buffered rows; when the database is down, keep them, wait `RETRY_S` and return."""
        try:
            async with self._writing:
                await self._write_held()
        except DatabaseUnavailable as error:
            if not self.is_database_down:
                logger.warning("database unreachable, rows buffered: error=%s", error)
            self.is_database_down = True
            await asyncio.sleep(RETRY_S)
        else:
            if self.is_database_down:
                logger.warning("database reachable again, buffered rows written: lost=%d", self.lost)
            self.is_database_down = False

    async def _write_held(self) -> None:
        last = self._events.added
        await self._write_batch()
        while self._events.written < last:
            await self._write_batch()
        if not (self._events or self._replies or self._deletions):
            self._filled.clear()

    async def _write_batch(self) -> None:
        rows = self._events.oldest(BATCH_ROWS)
        replies = list(self._replies.values())
        reached = self._events.written + len(rows)
        due = list(takewhile(lambda deletion: deletion.after <= reached, self._deletions))
        refused = await self._in_thread(lambda: self._writer.write(rows, replies, due))
        # Released only now, so that neither an error nor a cancellation before can lose rows.
        self._events.release(len(rows))
        self._written_at_s = asyncio.get_running_loop().time()
        self._written.set()
        for reply in replies:
            if self._replies[reply.id] is reply:  # otherwise it has changed in the meantime
                del self._replies[reply.id]
        for _ in due:
            self._deletions.popleft()
        self._lost.update(refused)
        if rows:
            self.behind_s = _age_s(rows[0])
            self.most_behind_s = max(self.most_behind_s, self.behind_s)

    async def _drain(self) -> None:
        deadline_s = asyncio.get_running_loop().time() + DRAIN_S
        while (self.held or self._deletions) and asyncio.get_running_loop().time() < deadline_s:
            await self.flush()
        if self.held:
            logger.error("rows lost at the end: events=%d replies=%d", len(self._events), len(self._replies))
        await self._in_thread(self._writer.close)
        self._thread.shutdown(wait=False)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLAIM_WITHIN_S):
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._claims_thread, self._claims.close)
        self._claims_thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        began_s = time.perf_counter()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self.busy_s += time.perf_counter() - began_s


def _age_s(row: EventRow) -> float:
    return (datetime.now(UTC) - row.received_at).total_seconds()
