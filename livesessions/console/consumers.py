import logging
from collections import OrderedDict
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from zoneinfo import ZoneInfo

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django_scopes import scope, scopes_disabled

from chatsources.events import EventKind
from livesessions.console.emergency import carry_out, parse_command
from livesessions.console.presenter import (
    Line,
    describe,
    line_of,
    overlays_context,
    read_held_lines,
    read_recent_lines,
    show_message,
)
from livesessions.console.publisher import ConsoleStateMessage, Message, console_group
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.intake.screener import MESSAGES
from livesessions.pipeline.outcome import ReplyOutcome
from overlay.presence import read_pages
from tenants.acting import Actor
from tenants.models import AuditEntry, Membership, User
from tenants.sockets.member_consumer import MemberConsumer

logger = logging.getLogger(__name__)

FRAME = "livesessions/session_detail.html#console-frame"
MAX_LINES = 200
HELD = ReplyOutcome.HELD.value
DELETED = EventKind.DELETED.value
NOT_STORED = gettext_lazy("It is done. Our database does not answer now, and stores it as soon as it does.")


class ConsoleConsumer(MemberConsumer):
    """The socket of one open console: renders the messages of a session as fragments of the page.

    After each connection it sends both complete feeds first, so that the page misses nothing.
    """

    frames: "Frames"
    may_control: bool
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
        self.frames = Frames(
            _language_of(self.scope),
            ZoneInfo(self.membership.tenant.time_zone),
            session_id=self.session_id,
            may_control=self.may_control,
        )
        # Joined before the rows are read: messages in between arrive twice and are rendered once.
        await self.channel_layer.group_add(console_group(self.session_id), self.channel_name)
        context = await database_sync_to_async(self._read_all)()
        await self.accept()
        await self.send(text_data=self.frames.whole(context))

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(console_group(self.session_id), self.channel_name)
        await super().disconnect(code)

    async def console_messages(self, event: dict[str, Any]) -> None:
        messages: list[Message] = event["messages"]
        state = None
        for message in messages:
            if message["kind"] == "state":
                state = await self._read_state(message)
        await self._update(messages, state)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Carry out a command of the page, which has this way beside its forms."""
        kind = parse_command(text_data)
        if kind is None or not self.may_control or not self.shown.is_open or not await self.may_act():
            return
        actor = Actor(AuditEntry.ActorKind.USER, self.scope["user"].id)
        message, is_stored = await carry_out(kind, self.shown, actor)
        state = await self._read_state(message, is_row_behind=not is_stored)
        await self._update([], state if is_stored else {**state, "conflict": NOT_STORED})

    async def _update(self, messages: list[Message], state: dict[str, Any] | None) -> None:
        frame = self.frames.update(messages, state)
        if frame:
            await self.send(text_data=frame)

    async def _read_state(
        self, message: ConsoleStateMessage, *, is_row_behind: bool = False
    ) -> dict[str, Any]:
        """Return the state of the row; of a message, where the row is behind or the database away."""
        context: dict[str, Any] = await database_sync_to_async(self._state_of)(message, is_row_behind)
        return context

    def _state_of(self, message: ConsoleStateMessage, is_row_behind: bool) -> dict[str, Any]:
        try:
            if not is_row_behind:
                return self._read_row()
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, console shows messages: session=%s", self.session_id)
        show_message(self.shown, message)
        return describe(self.shown, may_control=self.may_control)

    def _read_row(self) -> dict[str, Any]:
        with scopes_disabled():
            self.shown = LiveSession.objects.select_related("show").get(id=self.session_id)
        return describe(self.shown, may_control=self.may_control)

    def _read_all(self) -> dict[str, Any]:
        state = self._read_row()
        with scope(tenant=state["session"].tenant_id):
            chat, replies = read_recent_lines(state["session"])
            held = read_held_lines(state["session"])
            pages = read_pages(state["session"].show.overlay_id)
        return {
            **state,
            **overlays_context(pages),
            "new_chat": chat,
            "new_replies": replies,
            "new_held": held,
        }


def _language_of(connection: dict[str, Any]) -> str:
    """Return the language of the page, from the query of the socket's address."""
    asked = parse_qs(connection["query_string"].decode()).get("language", [""])[0]
    return asked if asked in dict(settings.LANGUAGES) else str(settings.LANGUAGE_CODE)


class Frames:
    """Renders fragments, and tracks the lines of the page, so that each appears once."""

    def __init__(
        self,
        language: str,
        time_zone: tzinfo,
        *,
        session_id: UUID | None = None,
        may_control: bool = False,
    ) -> None:
        self._language = language
        self._time_zone = time_zone
        self._always = {"session_id": session_id, "may_control": may_control}
        self._chat: OrderedDict[str, Line] = OrderedDict()
        self._replies: OrderedDict[str, Line] = OrderedDict()
        self._held: OrderedDict[str, Line] = OrderedDict()
        self._counted: dict[str, Any] = {}
        self._deleted: OrderedDict[str, None] = OrderedDict()  # the latest deleted ids, which are not quoted

    def whole(self, context: dict[str, Any]) -> str:
        """Return the fragment that replaces both feeds, the state and the controls."""
        self._sort(context["new_chat"], self._chat)
        self._sort(context["new_replies"], self._replies)
        self._sort(context.get("new_held", []), self._held)
        return self._render({**context, "whole": True})

    def update(self, messages: list[Message], state: dict[str, Any] | None) -> str:
        """Return the fragment for a batch of messages; empty when it would change nothing."""
        erased = self._erase_deleted(messages)
        lines = [line_of(message) for message in messages if message["kind"] in ("chat", "reply")]
        lines = [
            _without_quote(line) if line.get("trigger_id", "") in self._deleted else line for line in lines
        ]
        new_chat, old_chat = self._sort(_latest(lines, "chat"), self._chat)
        replies = _latest(lines, "reply")
        # Rendered once, because a later fragment would overwrite what the user edits.
        new_held, _known = self._sort([line for line in replies if line["status"] == HELD], self._held)
        decided = [line for line in replies if line["status"] != HELD]
        new_replies, old_replies = self._sort(decided, self._replies)
        context: dict[str, Any] = {
            "new_chat": new_chat,
            "new_replies": new_replies,
            "new_held": new_held,
            "decided": [line for line in decided if self._held.pop(line["dom_id"], None)],
            "changed": [*old_chat, *old_replies, *erased],
            **(state or {}),
            **self._new_counts(messages),
            **latest_game(messages),
            **latest_overlays(messages),
        }
        return self._render(context) if any(context.values()) else ""

    def _erase_deleted(self, messages: list[Message]) -> list[Line]:
        """Return the page's lines that moderators have deleted, without texts and names."""
        erased = []
        for message in messages:
            if message["kind"] == "deleted":
                ids, viewers = set(message["ids"]), set(message["viewers"]) - {""}
                erased += [
                    {**line, "event": DELETED, "name": "", "text": "", "risk": "", "viewer": ""}
                    for line in self._chat.values()
                    if line["id"] in ids or (line.get("viewer", "") in viewers and line["event"] in MESSAGES)
                ]
        for line in erased:
            self._chat[line["dom_id"]] = line
        return [*erased, *self._remove_quotes({line["id"] for line in erased} | _deleted_ids(messages))]

    def _remove_quotes(self, ids: set[str]) -> list[Line]:
        """Return the page's replies that quote lines of these ids, without the quotes."""
        self._deleted.update(dict.fromkeys(ids))
        while len(self._deleted) > MAX_LINES:
            self._deleted.popitem(last=False)
        quoting = [line for line in self._replies.values() if line.get("trigger_id", "") in ids]
        unquoted = [_without_quote(line) for line in quoting]
        self._replies.update((line["dom_id"], line) for line in unquoted)
        return unquoted

    def _sort(self, lines: list[Line], known: OrderedDict[str, Line]) -> tuple[list[Line], list[Line]]:
        """Return the lines that are new to the page and those it has; add the new ones to `known`."""
        new = [line for line in lines if line["dom_id"] not in known]
        old = [line for line in lines if line["dom_id"] in known]
        known.update((line["dom_id"], line) for line in new)
        while len(known) > MAX_LINES:
            known.popitem(last=False)
        return new, old

    def _new_counts(self, messages: list[Message]) -> dict[str, Any]:
        counted = self._counted
        for message in messages:
            if message["kind"] == "counts":
                # Workers of the previous release, which may still run, send no connection.
                counted = {
                    "counts": message["counts"],
                    "viewers": message["viewers"],
                    "connection": message.get("connection", ""),
                    "retry_in_s": message.get("retry_in_s", 0),
                }
        if counted == self._counted:
            return {}
        self._counted = counted
        return {**counted, "counted": True}

    def _render(self, context: dict[str, Any]) -> str:
        with translation.override(self._language), timezone.override(self._time_zone):
            return render_to_string(FRAME, {**self._always, **context})


def latest_game(messages: list[Message]) -> dict[str, Any]:
    """Return the context of the last game message, if there is one."""
    games = [message["game"] for message in messages if message["kind"] == "game"]
    return {"game": games[-1]} if games else {}


def _without_quote(line: Line) -> Line:
    return {**line, "trigger_name": "", "trigger_text": ""}


def _deleted_ids(messages: list[Message]) -> set[str]:
    """Return the ids of all deleted lines in the messages."""
    return {line_id for message in messages if message["kind"] == "deleted" for line_id in message["ids"]}


def latest_overlays(messages: list[Message]) -> dict[str, Any]:
    """Return the context of the last message about open overlay pages, if there is one."""
    seen = [message["pages"] for message in messages if message["kind"] == "overlays"]
    return overlays_context(seen[-1]) if seen else {}


def _latest(lines: list[Line], kind: str) -> list[Line]:
    """Return the latest version of each line of a kind, at most `MAX_LINES`."""
    return list({line["dom_id"]: line for line in lines if line["kind"] == kind}.values())[-MAX_LINES:]
