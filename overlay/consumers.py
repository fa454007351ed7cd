"""The socket between an open overlay page and the server."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Set
from typing import Any, NoReturn
from uuid import UUID

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from overlay.access import find_overlay_by_token
from overlay.connection import wire
from overlay.connection.flow_control import FlowControl
from overlay.connection.lease_fence import NO_LEASE, LeaseFence
from overlay.connection.page_registration import PageRegistration
from overlay.connection.release import page_release
from overlay.connection.replay_buffer import Resume, resume_after
from overlay.connection.reports import (
    Acknowledgement,
    ConnectQuery,
    FramesReceived,
    Heartbeat,
    PageDescription,
    Report,
    Silenced,
    parse_connect_query,
    parse_report,
)
from overlay.connection.state import StateStore
from overlay.models import Overlay
from overlay.orders.listening import register_socket, standing_orders, unregister_socket
from overlay.orders.order import OrderKind
from overlay.plan_avatars import layout_on_air
from overlay.publisher import overlay_group
from overlay.signals import overlay_silenced, utterance_acknowledged
from providers.redis import async_redis
from tenants.sockets.refusal import refuse
from tenants.sockets.watch import CHECK_EVERY_S, RightsWatch
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

CLOSE_ROTATED = 4404
CLOSE_TOO_SLOW = 4408
CLOSE_MALFORMED = 4400
CLOSE_TRY_AGAIN = 4503

MAX_MALFORMED = 20
MAX_BACKLOG = 256  # queued messages of one socket: about 30 s of voice, at most 5 MB
MAX_WAITING_REPORTS = 32
LAST_REPORTS_S = 2.0
BEGIN = '{"type":"begin"'
PONG = wire.encode({"type": "pong"})
NOT_OF_VOICE = ('{"type":"cut"', '{"type":"missed"')  # need not keep their order with the audio


class OverlayConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One page's socket: sends the group's frames to the page and the page's reports to the apps above.

    A page that confirms audio too slowly gets no further audio; after it has caught up, it gets the part of
    the missed audio that is still current. Other messages are not held back. A socket whose channel layer
    queue is too long is closed; the page reconnects and resumes.
    """

    check_every_s = CHECK_EVERY_S

    overlay_id: UUID | None = None
    closing = False
    malformed = 0
    query: ConnectQuery
    flow: FlowControl
    fence: LeaseFence
    reporter: "asyncio.Task[None] | None" = None
    watch: RightsWatch | None = None

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:
            if self.overlay_id is not None:
                unregister_socket(self.overlay_id, self._queue_order)
            if self.reporter is not None:
                self.reporter.cancel()
            if self.watch is not None:
                self.watch.stop()

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Unlike Channels' own dispatch, this path needs no database thread.
        match message["type"]:
            case "overlay.audio":
                if self.fence.admits(message.get("lease", NO_LEASE)):
                    await self._forward_audio(message["frame"])
            case "overlay.text":
                of_voice = message.get("of_voice", False)
                if self.fence.admits(message.get("lease", NO_LEASE), of_voice=of_voice):
                    await self._forward_text(message["frame"], of_voice=of_voice)
            case "overlay.order":
                self._note_lease(OrderKind(message["kind"]), message["lease"])
                for frame in message["frames"]:
                    await self._forward_text(frame)
            case "overlay.rotated":
                await self.close(CLOSE_ROTATED)
            case _:
                await super().dispatch(message)

    async def _forward_audio(self, frame: bytes) -> None:
        if frame[0] != wire.VERSION:  # from a worker of another release
            await self._forward(bytes_data=frame)
        elif not self.flow.throttled and self.flow.admits(frame):
            await self._forward(bytes_data=self._as_asked(frame))

    async def _forward_text(self, frame: str, *, of_voice: bool = False) -> None:
        if of_voice and self.flow.throttled:
            return
        if of_voice and frame.startswith(BEGIN):
            self.flow.note_begin(json.loads(frame)["utterance"])
        await self._forward(text_data=frame)

    def _as_asked(self, frame: bytes) -> bytes:
        return frame if self.query.version == wire.VERSION else wire.without_times(frame)

    async def _forward(self, **frame: Any) -> None:
        if self.closing:
            return
        await self.send(**frame)
        if self.channel_layer.channels[self.channel_name].qsize() > MAX_BACKLOG:
            logger.warning("A slow overlay page was closed.", extra={"overlay": self.overlay_id})
            await self.close(CLOSE_TOO_SLOW)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self.closing:
            self.closing = True
            await super().close(code, reason)

    async def connect(self) -> None:
        self.query = parse_connect_query(self.scope["query_string"])
        self.flow = FlowControl(self.query.position)
        self.fence = LeaseFence()
        try:
            overlay = await self._find_overlay()
            if overlay is not None:
                self.overlay_id = overlay.id
                await self.channel_layer.group_add(overlay_group(overlay.id), self.channel_name)
                register_socket(overlay.id, self._queue_order)
                # Read again: a rotation before `group_add` has not reached this socket.
                overlay = await self._find_overlay()
            if overlay is None:
                await self._refuse()
            await self._welcome(overlay)
        except (RedisError, OSError, OperationalError, InterfaceError):
            await self.close(CLOSE_TRY_AGAIN)

    async def _refuse(self) -> NoReturn:
        """Refuse the handshake of an address that names no overlay."""
        if self.overlay_id is not None:
            await self.channel_layer.group_discard(overlay_group(self.overlay_id), self.channel_name)
        await refuse(self.scope, self.base_send)
        raise StopConsumer

    async def _has_address(self) -> bool:
        # In a thread of its own: a database that is away must not block what other sockets do in theirs.
        token = self.scope["url_route"]["kwargs"]["token"]
        return await in_thread(find_overlay_by_token, token) is not None

    async def _close_rotated(self) -> None:
        await self.close(CLOSE_ROTATED)

    async def _find_overlay(self) -> Overlay | None:
        token = self.scope["url_route"]["kwargs"]["token"]
        return await database_sync_to_async(find_overlay_by_token)(token)  # type: ignore[no-any-return]

    def _queue_order(self, event: dict[str, Any]) -> None:
        """Queue an order behind the messages that Redis has brought."""
        if (queue := self.channel_layer.channels.get(self.channel_name)) is not None:
            queue.put_nowait(self.channel_layer.serialize(event))

    async def _welcome(self, overlay: Overlay) -> None:
        """Accept the socket and send the state; group messages that arrive meanwhile follow the state."""
        overlay_id = overlay.id
        await self.accept()
        self.reports: asyncio.Queue[Report] = asyncio.Queue(MAX_WAITING_REPORTS)
        self.registration = PageRegistration(overlay_id, page_id=self.channel_name)
        # A separate task: a receiver may block on the database, the audio must not.
        self.reporter = asyncio.create_task(self._report(overlay_id), name=f"overlay-reports-{overlay_id}")
        # A rotation that Redis did not deliver must not leave the old address open.
        self.watch = RightsWatch(self._has_address, self._close_rotated, check_every_s=self.check_every_s)
        self.watch.start()
        standing = await standing_orders([overlay_id])
        for order in standing:
            self._note_lease(order.kind, order.lease)
        store = StateStore(async_redis(), overlay_id)
        state = _corrected(await store.read(self.fence), {order.kind for order in standing})
        if layout := state.get("layout"):  # stored before the plan was changed, perhaps
            state["layout"] = await database_sync_to_async(layout_on_air)(layout, overlay.tenant_id)
        said = await store.read_replay(self.fence) if self.query.position is not None else []
        await self.send(text_data=wire.encode(state | {"release": page_release()}))
        if self.query.position is not None:
            await self._resume(resume_after(said, self.query.position, time.time()))

    def _note_lease(self, kind: OrderKind, lease: int) -> None:
        if kind is OrderKind.LEASED:
            self.fence.admits(lease)
        elif kind is OrderKind.END:
            self.fence.silence(lease)

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
        if isinstance(report, FramesReceived):
            await self._confirm(report)
            return
        if isinstance(report, Heartbeat):
            await self._forward(text_data=PONG)
        if isinstance(report, PageDescription):
            self.flow.confirms = True
        # The queue is bounded: a page that floods it loses only its own reports.
        with contextlib.suppress(asyncio.QueueFull):
            self.reports.put_nowait(report)

    async def _confirm(self, receipt: FramesReceived) -> None:
        self.flow.confirm(receipt.frames)
        if not self.flow.throttled or not self.flow.has_room or self.overlay_id is None:
            return
        self.flow.throttled = False
        with contextlib.suppress(RedisError, OSError):
            said = await StateStore(async_redis(), self.overlay_id).read_replay(self.fence)
            await self._resume(resume_after(said, self.flow.position, time.time()))

    async def _resume(self, rest: Resume) -> None:
        """Send the missed messages, as far as flow control admits them."""
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
            await self.registration.leave()

    async def _report(self, overlay_id: UUID) -> None:
        while True:
            try:
                async with asyncio.timeout(self.registration.timeout_s):
                    report = await self.reports.get()
            except TimeoutError:
                await self.registration.leave()
                continue
            if isinstance(report, Acknowledgement):
                await _acknowledge(overlay_id, report)
            elif isinstance(report, Silenced):
                await overlay_silenced.asend_robust(
                    sender=type(self), overlay_id=overlay_id, page_id=self.channel_name
                )
            elif not await self.registration.update(report):
                await self.close(CLOSE_TRY_AGAIN)  # the page reconnects and resumes
            self.reports.task_done()


def _corrected(state: wire.OverlayStateMessage, standing: Set[OrderKind]) -> wire.OverlayStateMessage:
    """Return the stored state as the orders demand that stand: Redis may have missed some."""
    if OrderKind.MUTE in standing:
        state["muted"] = True
    if OrderKind.END in standing or OrderKind.LEASED in standing:
        state["live"] = OrderKind.END not in standing
    return state


async def _acknowledge(overlay_id: UUID, ack: Acknowledgement) -> None:
    # Robust: Django logs a receiver's exception, and only this acknowledgement is lost.
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
