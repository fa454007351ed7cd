"""Renews the leases of the sessions that a worker runs."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import InterfaceError, OperationalError

from livesessions.worker import leases
from tenants.threads import in_thread_of

logger = logging.getLogger(__name__)

RETRY_S = 1.0


class LeaseRenewer:
    """Renews a worker's leases every `leases.RENEW_S` seconds.

    - `on_lost(session_id)` is called for a session that another worker holds now.
    - `on_outage()` is called whenever the database is unreachable.
    """

    def __init__(self, owner: str, *, on_lost: Callable[[UUID], None], on_outage: Callable[[], None]) -> None:
        self._owner = owner
        self._on_lost = on_lost
        self._on_outage = on_outage
        self._held: set[UUID] = set()
        # Lives that start fill the common threads for seconds, and leases run out in ten.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="leases")

    def add(self, session_id: UUID) -> None:
        """Renew the lease of a session from now on."""
        self._held.add(session_id)

    def remove(self, session_id: UUID) -> None:
        """Stop renewing the lease of a session."""
        self._held.discard(session_id)

    async def run(self) -> None:
        """Renew all leases until cancelled. While the database is down, no other worker can claim them."""
        pause_s = leases.RENEW_S
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self._renew()
                pause_s = leases.RENEW_S
            except (OperationalError, InterfaceError):
                logger.warning("database unreachable, leases not renewed: lives=%d", len(self._held))
                self._on_outage()
                pause_s = RETRY_S

    async def _renew(self) -> None:
        asked = set(self._held)
        if not asked:
            return
        renewed = await in_thread_of(self._thread, leases.renew, owner=self._owner, session_ids=asked)
        for session_id in (asked - renewed) & self._held:
            logger.warning("lease lost, live cancelled: session=%s", session_id)
            self._on_lost(session_id)
