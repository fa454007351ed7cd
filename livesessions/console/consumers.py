import json
import logging
import time
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from zoneinfo import ZoneInfo

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django_scopes import scope, scopes_disabled
from redis.exceptions import RedisError

from livesessions.console.batching import MessageBatcher
from livesessions.console.emergency import carry_out, parse_command
from livesessions.console.frames import Frame, Frames
from livesessions.console.gifters import read_gifters
from livesessions.console.presenter import ConsoleState, describe, read_recent, show_message
from livesessions.console.publisher import ConsoleStateMessage, Message, console_group
from livesessions.console.series import Step, read_steps
from livesessions.console.timeline import TimelineEntry, read_timeline
from livesessions.models.sessions import LiveSession
from livesessions.querysets import Gifter
from livesessions.worker.commands import WatchQueue, command_channel, encode_command
from overlay.presence import read_pages
from providers.redis import async_redis
from tenants.acting import Actor
from tenants.models import AuditEntry, Membership, User
from tenants.sockets.member_consumer import MemberConsumer

# More often than `WATCHED_FOR_S` of the queue's report, and soon enough for a worker that took the live over.
WATCH_EVERY_S = 10.0

logger = logging.getLogger(__name__)

NOT_STORED = gettext_lazy("Done. Our database is not answering; this is saved as soon as it does.")


class ConsoleConsumer(MemberConsumer):
    """The socket of one open console: sends the messages of a session as frames, each a JSON object.

    After each connection it sends what happened so far first, so that the page misses nothing.
    """

    frames: Frames
    batcher: MessageBatcher | None = None
    may_control: bool
    watched_at_s: float
    shown: LiveSession  # as it was last read; shown on while the database is away

    @property
    def session_id(self) -> UUID:
        session_id: UUID = self.scope["url_route"]["kwargs"]["session_id"]
        return session_id

    def find_membership(self, user: User) -> Membership | None:
        with scopes_disabled():
            memberships = Membership.objects.select_related("tenant")
            return memberships.filter(user=user, tenant__live_sessions=self.session_id).first()

    async def open(self) -> None:
        self.may_control = self.membership.may_act_as(Membership.Role.EDITOR)
        # Joined before the rows are read: messages in between arrive twice and are shown once.
        await self.channel_layer.group_add(console_group(self.session_id), self.channel_name)
        state, messages, steps, timeline, gifters = await database_sync_to_async(self._read_all)()
        self.frames = Frames(
            _language_of(self.scope),
            ZoneInfo(self.membership.tenant.time_zone),
            session_id=self.session_id,
            may_control=self.may_control,
            steps=steps,
            timeline=timeline,
            gifters=gifters,
            overlay_url=self._overlay_url(state["session"]),
        )
        await self.accept()
        await self._send_frame(self.frames.whole(messages, state))
        await self._watch_queue()
        self.batcher = MessageBatcher(self._update_from, on_failure=self.close)
        self.batcher.start()

    def _overlay_url(self, session: LiveSession) -> str:
        """Return the overlay's address, which is secret; an empty one for viewers."""
        return reverse("overlay:page", args=[session.show.overlay.token]) if self.may_control else ""

    async def disconnect(self, code: int) -> None:
        if self.batcher is not None:
            self.batcher.stop()
        await self.channel_layer.group_discard(console_group(self.session_id), self.channel_name)
        await super().disconnect(code)

    async def console_messages(self, event: dict[str, Any]) -> None:
        if self.batcher is not None:
            self.batcher.add(event["messages"])

    async def _watch_queue(self) -> None:
        """Ask the live's worker for its queue, which it reports for a while."""
        self.watched_at_s = time.monotonic()
        with suppress(RedisError, OSError):
            await async_redis().publish(command_channel(self.session_id), encode_command(WatchQueue()))

    async def _update_from(self, messages: list[Message]) -> None:
        if time.monotonic() - self.watched_at_s > WATCH_EVERY_S:
            await self._watch_queue()
        state = None
        for message in messages:
            if message["kind"] == "state":
                state = await self._read_state(message)
        await self._send_frame(self.frames.update(messages, state))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Carry out a command of the page, which has this way beside its forms."""
        wanted = parse_command(text_data)
        if wanted is None or not self.may_control or not self.shown.is_open or not await self.may_act():
            return
        actor = Actor(AuditEntry.ActorKind.USER, self.scope["user"].id)
        message, is_stored = await carry_out(wanted, self.shown, actor)
        state = await self._read_state(message, is_row_behind=not is_stored)
        if not is_stored:
            state["conflict"] = NOT_STORED
        await self._send_frame(self.frames.update([], state))

    async def _send_frame(self, frame: Frame) -> None:
        if frame:
            await self.send(text_data=json.dumps(frame, ensure_ascii=False, separators=(",", ":")))

    async def _read_state(self, message: ConsoleStateMessage, *, is_row_behind: bool = False) -> ConsoleState:
        """Return the state of the row; of a message, where the row is behind or the database away."""
        state: ConsoleState = await database_sync_to_async(self._state_of)(message, is_row_behind)
        return state

    def _state_of(self, message: ConsoleStateMessage, is_row_behind: bool) -> ConsoleState:
        try:
            if not is_row_behind:
                return self._read_row()
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, console shows messages: session=%s", self.session_id)
        show_message(self.shown, message)
        return describe(self.shown, may_control=self.may_control)

    def _read_row(self) -> ConsoleState:
        with scopes_disabled():
            self.shown = LiveSession.objects.select_related("show__overlay").get(id=self.session_id)
        return describe(self.shown, may_control=self.may_control)

    def _read_all(
        self,
    ) -> tuple[ConsoleState, list[Message], list[Step], list[TimelineEntry], list[tuple[Gifter, str]]]:
        state = self._read_row()
        with scope(tenant=state["session"].tenant_id):
            messages = read_recent(state["session"])
            steps = read_steps(state["session"], time.time())
            timeline = read_timeline(state["session"])
            gifters = read_gifters(state["session"])
        pages = read_pages(state["session"].show.overlay_id)
        return state, [*messages, {"kind": "overlays", "pages": pages}], steps, timeline, gifters


def _language_of(connection: dict[str, Any]) -> str:
    """Return the language of the page, from the query of the socket's address."""
    asked = parse_qs(connection["query_string"].decode()).get("language", [""])[0]
    return asked if asked in dict(settings.LANGUAGES) else str(settings.LANGUAGE_CODE)
