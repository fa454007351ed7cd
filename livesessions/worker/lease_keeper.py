"""Holds a worker's leases and looks for lives that nobody holds."""

import asyncio
import logging
import random
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

LOOK_EVERY_S = (1.0, 2.0)
AFTER_EXPIRY_S = (0.02, 0.2)
RETRY_S = 1.0
# When the database was away, its lives' own workers come first: they are still on air.
SETTLING_S = leases.RENEW_S + 2.0
LOOK_AT_MOST = 100


class LeaseKeeper:
    """Renews what is held, drops what was lost, and hands the supervisor what is free."""

    def __init__(self, owner: str, supervisor: Supervisor, redis: Redis) -> None:
        self._owner = owner
        self._supervisor = supervisor
        self._redis = redis
        self._held: set[UUID] = set()
        self._woken = asyncio.Event()
        self._refused = False
        self._settled_at_s = 0.0
        self._now_s = asyncio.get_running_loop().time

    def hold(self, session_id: UUID) -> None:
        """Renew the lease of a live from now on."""
        self._held.add(session_id)

    def let_go(self, session_id: UUID) -> None:
        self._held.discard(session_id)

    def wake(self) -> None:
        """Have it look around at once."""
        self._woken.set()

    def pass_on(self) -> None:
        """Have other workers look around: there was no seat here."""
        self._refused = True
        self.wake()

    async def renew_forever(self) -> None:
        """Renew every lease until cancelled. While the database is away, nobody else can take them either."""
        pause_s = leases.RENEW_S
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self._renew()
                pause_s = leases.RENEW_S
            except (OperationalError, InterfaceError):
                logger.warning("database unreachable, leases not renewed: lives=%d", len(self._held))
                self._settled_at_s = self._now_s() + SETTLING_S
                pause_s = RETRY_S

    async def _renew(self) -> None:
        asked = set(self._held)
        if not asked:
            return
        kept = await in_thread(leases.renew, owner=self._owner, session_ids=asked)
        for session_id in (asked - kept) & self._held:
            logger.warning("lease lost, live dropped: session=%s", session_id)
            self._supervisor.drop(str(session_id))

    async def look_forever(self) -> None:
        """Look for free lives until cancelled: every second or two, when woken, and as a lease runs out."""
        while True:
            self._woken.clear()
            await self._call_others()
            with suppress(TimeoutError):
                async with asyncio.timeout(await self._look()):
                    await self._woken.wait()

    async def _look(self) -> float:
        """Look once; return for how many seconds to look away."""
        pause_s = random.uniform(*LOOK_EVERY_S)  # noqa: S311 (no secret)
        try:
            sight = await in_thread(leases.find_available, limit=LOOK_AT_MOST)
            if self._now_s() < self._settled_at_s:
                return pause_s
            await self._take(sight.free)
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, no lives taken")
            self._settled_at_s = self._now_s() + SETTLING_S
            return pause_s
        if sight.next_expiry_s is None:
            return pause_s
        return min(pause_s, sight.next_expiry_s + random.uniform(*AFTER_EXPIRY_S))  # noqa: S311 (no secret)

    async def _take(self, free: list[UUID]) -> None:
        seats = self._supervisor.seats_left
        for session_id in free[:seats]:
            self._supervisor.take(str(session_id))
        if free[seats:]:
            await in_thread(_note_full_house, free[seats:])

    async def _call_others(self) -> None:
        if self._refused:
            self._refused = False
            await call_workers(self._redis)


async def call_workers(redis: Redis) -> None:
    """Have all workers look around; without Redis they will do so a moment later by themselves."""
    with suppress(RedisError, OSError):
        await redis.publish(WORKERS_CHANNEL, "look")


def _note_full_house(session_ids: list[UUID]) -> None:
    """Say on the lives that wait that all workers are full, if that is so."""
    with suppress(RedisError, OSError):
        reason = waiting_reason()
        if reason == LiveSession.WaitingReason.AT_CAPACITY:
            for session_id in leases.note_waiting(session_ids=session_ids, reason=reason):
                leases.tell_consoles(session_id)
