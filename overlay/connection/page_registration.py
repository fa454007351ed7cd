"""Registers one open page of an overlay in Redis: what it is and whether its sound works."""

import asyncio
import logging
import time
from uuid import UUID

from redis.exceptions import RedisError

from overlay.connection.reports import PageDescription, Report, SoundReport
from overlay.presence import LIFETIME_MS, OpenPage, PresenceStore
from overlay.signals import overlay_pages_changed
from providers.redis import async_redis

logger = logging.getLogger(__name__)

TIMEOUT_S = 1.0


class PageRegistration:
    """Registers a page while it sends heartbeats, and announces changes to the apps above.

    If Redis fails, the entry is missing until the next heartbeat.
    """

    def __init__(self, overlay_id: UUID, *, page_id: str) -> None:
        self._overlay_id = overlay_id
        self._page_id = page_id
        self._description: PageDescription | None = None
        self._sound = ""
        self._since_ms = round(time.time() * 1000)
        self._written = False  # whether the current entry is in Redis
        self._was_present = False  # whether the page was found in Redis
        self._failed = False  # whether Redis has failed since

    @property
    def timeout_s(self) -> float | None:
        """Seconds to wait for the page's next report; None if the page is not registered."""
        return LIFETIME_MS / 1000 if self._written else None

    async def update(self, report: Report) -> bool:
        """Record a page's report.

        Return False if Redis was away in between, so that the page has missed messages.
        """
        if isinstance(report, PageDescription):
            self._written = self._written and report == self._description
            self._description = report
        elif isinstance(report, SoundReport):
            self._written = self._written and report.state == self._sound
            self._sound = report.state
        return self._description is None or await self._write(self._description)

    async def leave(self) -> None:
        """Remove the page."""
        self._written = self._was_present = False
        if self._description is None:
            return
        try:
            async with asyncio.timeout(TIMEOUT_S):
                store = PresenceStore(async_redis(), self._overlay_id)
                await store.remove(self._page_id)
                pages = await store.read()
        except (RedisError, OSError):
            logger.warning("presence not removed: overlay=%s", self._overlay_id)
        else:
            await self._announce(pages)

    async def _write(self, description: PageDescription) -> bool:
        page: OpenPage = {
            "id": self._page_id,
            "page": description.page,
            "software": description.software,
            "version": description.version,
            "width": description.width,
            "height": description.height,
            "pixel_ratio": description.pixel_ratio,
            "audio": description.audio,
            "visible": description.visible,
            "active": description.active,
            "sound": self._sound,
            "since_ms": self._since_ms,
            "until_ms": 0,
        }
        try:
            async with asyncio.timeout(TIMEOUT_S):
                store = PresenceStore(async_redis(), self._overlay_id)
                known = await store.put(page)
                pages = await store.read() if not self._written else []
        except (RedisError, OSError):
            logger.warning("presence not written: overlay=%s", self._overlay_id)
            self._failed = True
            return True
        if not self._written:
            self._written = True
            await self._announce(pages)
        was_there = not self._failed and (known or not self._was_present)
        self._was_present, self._failed = known, False
        return was_there

    async def _announce(self, pages: list[OpenPage]) -> None:
        await overlay_pages_changed.asend_robust(sender=type(self), overlay_id=self._overlay_id, pages=pages)
