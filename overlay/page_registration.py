"""One page's entry among those that are open on its overlay: who it is, and whether it can be heard."""

import asyncio
import logging
import time
from uuid import UUID

from redis.exceptions import RedisError

from overlay.presence import LIFETIME_MS, OpenPage, PresenceStore
from overlay.reports import Greeting, Report, SoundReport
from overlay.signals import overlay_pages_changed
from providers.redis import async_redis

logger = logging.getLogger(__name__)

TIMEOUT_S = 1.0


class PageRegistration:
    """Writes a page in, keeps it there while it gives signs of life, and tells the apps above of changes.

    Redis' faults cost an entry until the next sign of life; that then shows whether Redis was away.
    """

    def __init__(self, overlay_id: UUID, *, page_id: str) -> None:
        self._overlay_id = overlay_id
        self._page_id = page_id
        self._greeting: Greeting | None = None
        self._sound = ""
        self._since_ms = round(time.time() * 1000)
        self._told = False  # whether this very entry has been written
        self._kept = False  # whether the page has been seen in the book
        self._failed = False  # whether Redis has not answered since

    @property
    def patience_s(self) -> float | None:
        """How long to wait for the page's next word; None for one that is not in the book."""
        return LIFETIME_MS / 1000 if self._told else None

    async def note(self, report: Report) -> bool:
        """Take in what a page says of itself.

        Return False when Redis was away meanwhile: what went out then has not reached the page.
        """
        if isinstance(report, Greeting):
            self._told = self._told and report == self._greeting
            self._greeting = report
        elif isinstance(report, SoundReport):
            self._told = self._told and report.state == self._sound
            self._sound = report.state
        return self._greeting is None or await self._write(self._greeting)

    async def leave(self) -> None:
        """Take the page out."""
        self._told = self._kept = False
        if self._greeting is None:
            return
        try:
            async with asyncio.timeout(TIMEOUT_S):
                store = PresenceStore(async_redis(), self._overlay_id)
                await store.remove(self._page_id)
                pages = await store.read()
        except (RedisError, OSError):
            logger.warning("presence not removed: overlay=%s", self._overlay_id)
        else:
            await self._tell(pages)

    async def _write(self, greeting: Greeting) -> bool:
        page: OpenPage = {
            "id": self._page_id,
            "page": greeting.page,
            "software": greeting.software,
            "version": greeting.version,
            "width": greeting.width,
            "height": greeting.height,
            "pixel_ratio": greeting.pixel_ratio,
            "audio": greeting.audio,
            "visible": greeting.visible,
            "active": greeting.active,
            "sound": self._sound,
            "since_ms": self._since_ms,
            "until_ms": 0,
        }
        try:
            async with asyncio.timeout(TIMEOUT_S):
                store = PresenceStore(async_redis(), self._overlay_id)
                known = await store.put(page)
                pages = await store.read() if not self._told else []
        except (RedisError, OSError):
            logger.warning("presence not written: overlay=%s", self._overlay_id)
            self._failed = True
            return True
        if not self._told:
            self._told = True
            await self._tell(pages)
        was_there = not self._failed and (known or not self._kept)
        self._kept, self._failed = known, False
        return was_there

    async def _tell(self, pages: list[OpenPage]) -> None:
        await overlay_pages_changed.asend_robust(sender=type(self), overlay_id=self._overlay_id, pages=pages)
