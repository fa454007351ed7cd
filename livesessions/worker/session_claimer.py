"""Finds sessions that no worker holds and gives them to a worker's supervisor."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.db import InterfaceError, OperationalError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from livesessions.models.sessions import LiveSession
from livesessions.pipeline.supervisor import Supervisor
from livesessions.worker import leases
from livesessions.worker.commands import WORKERS_CHANNEL
from livesessions.worker.registry import waiting_reason
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

SEARCH_EVERY_S = (1.0, 2.0)
AFTER_EXPIRY_S = (0.02, 0.2)
MAX_FOUND = 100
# After a database outage the workers of the running lives renew first: those lives are still on air.
OUTAGE_PAUSE_S = leases.RENEW_S + 2.0


class SearchRequests:
    """What other parts of a worker request of its `SessionClaimer`."""

    def __init__(self) -> None:
        self.search = asyncio.Event()
        self.call_others_first = False
        self._paused_until_s = 0.0
        self._now_s = asyncio.get_running_loop().time

    @property
    def is_paused(self) -> bool:
        """Whether nothing may be claimed now."""
        return self._now_s() < self._paused_until_s

    def wake(self) -> None:
        """Search at once."""
        self.search.set()

    def call_others(self) -> None:
        """Ask the other workers to search: this one has no free capacity."""
        self.call_others_first = True
        self.wake()

    def pause(self) -> None:
        """Claim nothing for `OUTAGE_PAUSE_S` seconds."""
        self._paused_until_s = self._now_s() + OUTAGE_PAUSE_S


class SessionClaimer:
    """Searches for available sessions: every second or two, on request, and when a lease may have expired."""

    def __init__(
        self,
        supervisor: Supervisor,
        requests: SearchRequests,
        redis: Redis,
        *,
        takes_streams: Callable[[], bool] = lambda: True,
    ) -> None:
        self._supervisor = supervisor
        self._takes_streams = takes_streams
        self._requests = requests
        self._redis = redis

    async def run(self) -> None:
        """Search until cancelled."""
        while True:
            self._requests.search.clear()
            if self._requests.call_others_first:
                self._requests.call_others_first = False
                await call_workers(self._redis)
            with suppress(TimeoutError):
                async with asyncio.timeout(await self._search()):
                    await self._requests.search.wait()

    async def _search(self) -> float:
        """Run one search; return the seconds until the next one."""
        pause_s = random.uniform(*SEARCH_EVERY_S)  # noqa: S311 (no secret)
        try:
            found = await in_thread(
                leases.find_available, limit=MAX_FOUND, takes_streams=self._takes_streams()
            )
            if self._requests.is_paused:
                return pause_s
            await self._submit(found.free)
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, no lives claimed")
            self._requests.pause()
            return pause_s
        if found.next_expiry_s is None:
            return pause_s
        return min(pause_s, found.next_expiry_s + random.uniform(*AFTER_EXPIRY_S))  # noqa: S311 (no secret)

    async def _submit(self, free: list[UUID]) -> None:
        capacity = self._supervisor.free_capacity
        for session_id in free[:capacity]:
            self._supervisor.submit(str(session_id))
        if free[capacity:]:
            await in_thread(_record_at_capacity, free[capacity:])


async def call_workers(redis: Redis) -> None:
    """Ask all workers to search for sessions; without Redis they do so within two seconds anyway."""
    with suppress(RedisError, OSError):
        await redis.publish(WORKERS_CHANNEL, "look")


def _record_at_capacity(session_ids: list[UUID]) -> None:
    """Record on the sessions, if so, that they wait because all workers are at capacity."""
    with suppress(RedisError, OSError):
        reason = waiting_reason()
        if reason == LiveSession.WaitingReason.AT_CAPACITY:
            for session_id in leases.record_waiting_reason(session_ids=session_ids, reason=reason):
                leases.notify_consoles(session_id)
