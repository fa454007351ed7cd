import asyncio
import contextlib
import json
import logging
import time
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from redis.exceptions import RedisError

from overlay import wire
from overlay.access import find_overlay_by_token
from overlay.flow_control import Backlog
from overlay.models import Overlay
from overlay.page_registration import PageRegistration
from overlay.publisher import overlay_group
from overlay.release import page_release
from overlay.replay_buffer import Resume, resume_after
from overlay.reports import (
    Acknowledgement,
    Arrival,
    Greeting,
    Receipt,
    Report,
    Sign,
    parse_arrival,
    parse_report,
)
from overlay.signals import utterance_acknowledged
from overlay.state import StateStore
from providers.redis import async_redis

logger = logging.getLogger(__name__)

CLOSE_ROTATED = 4404
CLOSE_TOO_SLOW = 4408
CLOSE_MALFORMED = 4400
CLOSE_TRY_AGAIN = 4503

MAX_MALFORMED = 20
MAX_BACKLOG = 256  # messages that wait for this socket; about half a minute of voice, or 5 MB at most
MAX_WAITING_REPORTS = 32
LAST_REPORTS_S = 2.0
BEGIN = '{"type":"begin"'
PONG = wire.encode({"type": "pong"})
NOT_OF_VOICE = ('{"type":"cut"', '{"type":"missed"')  # what need not keep its place among the voice


class OverlayConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One page's socket. It carries the group's frames to the page, and the page's word to the apps above.

    A page that cannot keep up is sent no more voice until it has confirmed what it was sent, and then what is
    still worth playing; the rest of the world goes on reaching it. One for which too much waits already in
    the channel layer's queue is closed, and comes back for what it has missed.
    """

    overlay_id: UUID | None = None
    closing = False
    malformed = 0
    arrival: Arrival
    backlog: Backlog
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
                await self._forward_audio(message["frame"])
            case "overlay.text":
                await self._forward_text(message["frame"], of_voice=message.get("of_voice", False))
            case "overlay.rotated":
                await self.close(CLOSE_ROTATED)
            case _:
                await super().dispatch(message)

    async def _forward_audio(self, frame: bytes) -> None:
        if frame[0] != wire.VERSION:  # a worker of another release; such a page understands it, or nobody
            await self._forward(bytes_data=frame)
        elif not self.backlog.behind and self.backlog.admits(frame):
            await self._forward(bytes_data=self._as_asked(frame))

    async def _forward_text(self, frame: str, *, of_voice: bool) -> None:
        if of_voice and self.backlog.behind:
            return
        if of_voice and frame.startswith(BEGIN):
            self.backlog.note_begin(json.loads(frame)["utterance"])
        await self._forward(text_data=frame)

    def _as_asked(self, frame: bytes) -> bytes:
        return frame if self.arrival.version == wire.VERSION else wire.without_times(frame)

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
        self.arrival = parse_arrival(self.scope["query_string"])
        self.backlog = Backlog(self.arrival.reached)
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
        self.reports: asyncio.Queue[Report] = asyncio.Queue(MAX_WAITING_REPORTS)
        self.guestbook = PageRegistration(overlay_id, page_id=self.channel_name)
        # A task of its own, because a receiver may wait for the database, and the host's voice must not.
        self.reporter = asyncio.create_task(self._report(overlay_id), name=f"overlay-reports-{overlay_id}")
        store = StateStore(async_redis(), overlay_id)
        state = await store.read()
        said = await store.read_said() if self.arrival.reached is not None else []
        await self.send(text_data=wire.encode(state | {"release": page_release()}))
        if self.arrival.reached is not None:
            await self._send_rest(resume_after(said, self.arrival.reached, time.time()))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            if text_data is None:
                raise wire.MalformedMessage("pages send no binary frames")
            report = parse_report(text_data)
        except wire.MalformedMessage:
            self.malformed += 1
            if self.malformed >= MAX_MALFORMED:
                await self.close(CLOSE_MALFORMED)
            return
        if isinstance(report, Receipt):
            await self._take_receipt(report)
            return
        if isinstance(report, Sign):
            await self._forward(text_data=PONG)
        if isinstance(report, Greeting):
            self.backlog.confirms = True
        # A page that floods us loses reports of its own, and costs nobody anything.
        with contextlib.suppress(asyncio.QueueFull):
            self.reports.put_nowait(report)

    async def _take_receipt(self, receipt: Receipt) -> None:
        self.backlog.confirm(receipt.frames)
        if not self.backlog.behind or not self.backlog.has_room or self.overlay_id is None:
            return
        self.backlog.behind = False
        with contextlib.suppress(RedisError, OSError):
            said = await StateStore(async_redis(), self.overlay_id).read_said()
            await self._send_rest(resume_after(said, self.backlog.reached, time.time()))

    async def _send_rest(self, rest: Resume) -> None:
        """Send what a page has missed, as much of it as it can take."""
        await self._forward(text_data=wire.encode({"type": "resumed", "utterances": rest.utterances}))
        for message in rest.messages:
            if isinstance(message, bytes):
                await self._forward_audio(message)
            else:
                await self._forward_text(message, of_voice=not message.startswith(NOT_OF_VOICE))

    async def disconnect(self, code: int) -> None:
        if self.overlay_id is not None:
            with contextlib.suppress(RedisError, OSError):
                await self.channel_layer.group_discard(overlay_group(self.overlay_id), self.channel_name)
        if self.reporter is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_REPORTS_S):
                    await self.reports.join()
            await self.guestbook.leave()

    async def _report(self, overlay_id: UUID) -> None:
        while True:
            try:
                async with asyncio.timeout(self.guestbook.patience_s):
                    report = await self.reports.get()
            except TimeoutError:
                await self.guestbook.leave()
                continue
            if isinstance(report, Acknowledgement):
                await _acknowledge(overlay_id, report)
            elif not await self.guestbook.note(report):
                await self.close(CLOSE_TRY_AGAIN)  # the page comes back for what it has missed
            self.reports.task_done()


async def _acknowledge(overlay_id: UUID, ack: Acknowledgement) -> None:
    # Robust: a receiver's fault is logged by Django and costs this acknowledgement, not the socket.
    await utterance_acknowledged.asend_robust(
        sender=OverlayConsumer,
        overlay_id=overlay_id,
        utterance_id=ack.utterance_id,
        phase=ack.phase,
        played_ms=ack.played_ms,
        level_db=ack.level_db,
        underruns=ack.underruns,
        underrun_ms=ack.underrun_ms,
        context=ack.context,
    )
