import asyncio
import contextlib
import logging
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from overlay import wire
from overlay.access import find_overlay_by_token
from overlay.models import Overlay
from overlay.publisher import overlay_group
from overlay.signals import utterance_acknowledged
from overlay.state import StateStore

logger = logging.getLogger(__name__)

CLOSE_ROTATED = 4404
CLOSE_TOO_SLOW = 4408
CLOSE_MALFORMED = 4400
CLOSE_TRY_AGAIN = 1013

MAX_MALFORMED = 20
MAX_BACKLOG = 256  # messages that wait for this socket; about half a minute of voice, or 5 MB at most
MAX_WAITING_ACKS = 32
LAST_ACKS_S = 2.0


class OverlayConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One page's socket. It carries the group's frames to the page, and the page's word to the apps above.

    A page that cannot keep up is closed, and comes back for the present state: here when too much waits in
    the channel layer's queue, and in the server, which writes without waiting, by its unanswered pings.
    """

    overlay_id: UUID | None = None
    closing = False
    malformed = 0
    reporter: "asyncio.Task[None] | None" = None

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:
            if self.reporter is not None:
                self.reporter.cancel()

    async def dispatch(self, message: dict[str, Any]) -> None:
        # What is on its way to the page never waits for a database thread, as Channels' own dispatch does.
        match message["type"]:
            case "overlay.audio":
                await self._forward(bytes_data=message["frame"])
            case "overlay.text":
                await self._forward(text_data=message["frame"])
            case "overlay.rotated":
                await self.close(CLOSE_ROTATED)
            case _:
                await super().dispatch(message)

    async def _forward(self, **frame: Any) -> None:
        if self.closing:
            return
        await self.send(**frame)
        if self.channel_layer.channels[self.channel_name].qsize() > MAX_BACKLOG:
            logger.warning(
                "An overlay's page is too slow and was closed.", extra={"overlay": self.overlay_id}
            )
            await self.close(CLOSE_TOO_SLOW)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self.closing:
            self.closing = True
            await super().close(code, reason)

    async def connect(self) -> None:
        try:
            overlay = await self._find_overlay()
            if overlay is not None:
                self.overlay_id = overlay.id
                await self.channel_layer.group_add(overlay_group(overlay.id), self.channel_name)
                # Again, since a rotation between the first look and the group has not reached this socket.
                overlay = await self._find_overlay()
            if overlay is None:
                await self.close()  # before accept: HTTP 403
                return
            await self._welcome(overlay.id)
        except (RedisError, OSError):
            await self.close(CLOSE_TRY_AGAIN)

    async def _find_overlay(self) -> Overlay | None:
        token = self.scope["url_route"]["kwargs"]["token"]
        return await database_sync_to_async(find_overlay_by_token)(token)  # type: ignore[no-any-return]

    async def _welcome(self, overlay_id: UUID) -> None:
        """Accept, and tell how things stand. What the group sends meanwhile waits, and follows the state."""
        await self.accept()
        self.acks: asyncio.Queue[wire.Acknowledgement] = asyncio.Queue(MAX_WAITING_ACKS)
        # A task of its own, because a receiver may wait for the database, and the host's voice must not.
        self.reporter = asyncio.create_task(self._report(overlay_id), name=f"overlay-acks-{overlay_id}")
        async with Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS) as redis:
            state = await StateStore(redis, overlay_id).read()
        await self.send(text_data=wire.encode(state))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            if text_data is None:
                raise wire.MalformedMessage("pages send no binary frames")
            # A page that floods us loses acknowledgements of its own, and costs nobody anything.
            with contextlib.suppress(asyncio.QueueFull):
                self.acks.put_nowait(wire.parse_acknowledgement(text_data))
        except wire.MalformedMessage:
            self.malformed += 1
            if self.malformed >= MAX_MALFORMED:
                await self.close(CLOSE_MALFORMED)

    async def disconnect(self, code: int) -> None:
        if self.overlay_id is not None:
            with contextlib.suppress(RedisError, OSError):
                await self.channel_layer.group_discard(overlay_group(self.overlay_id), self.channel_name)
        if self.reporter is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_ACKS_S):
                    await self.acks.join()

    async def _report(self, overlay_id: UUID) -> None:
        while True:
            ack = await self.acks.get()
            # Robust: a receiver's fault is logged by Django and costs this acknowledgement, not the socket.
            await utterance_acknowledged.asend_robust(
                sender=type(self),
                overlay_id=overlay_id,
                utterance_id=ack.utterance_id,
                phase=ack.phase,
                played_ms=ack.played_ms,
            )
            self.acks.task_done()
