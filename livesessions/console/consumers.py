from collections import OrderedDict
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from zoneinfo import ZoneInfo

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django_scopes import scope, scopes_disabled

from chatsources.events import EventKind
from livesessions.console.presenter import (
    Line,
    describe,
    line_of,
    overlays_context,
    read_held_lines,
    read_recent_lines,
)
from livesessions.console.publisher import Message, console_group
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.intake.screener import MESSAGES
from livesessions.pipeline.outcome import ReplyOutcome
from overlay.presence import read_pages
from tenants.models import Membership, User

FRAME = "livesessions/session_detail.html#console-frame"
LINES_KEPT = 200
HELD = ReplyOutcome.HELD.value
DELETED = EventKind.DELETED.value


class ConsoleConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One open console. It turns the messages of a session's group into fragments of the console's page.

    At first, and after every reconnection, it sends the whole of both feeds, so that nothing is missed.
    """

    frames: "Frames"
    session_id: UUID
    may_control: bool

    async def connect(self) -> None:
        self.session_id = self.scope["url_route"]["kwargs"]["session_id"]
        membership = await database_sync_to_async(find_membership)(self.scope["user"], self.session_id)
        if membership is None:
            await self.close()
            return
        self.may_control = membership.may_act_as(Membership.Role.EDITOR)
        self.frames = Frames(
            _language_of(self.scope),
            ZoneInfo(membership.tenant.time_zone),
            session_id=self.session_id,
            may_control=self.may_control,
        )
        # Joined before the rows are read: what happens in between comes twice and is drawn once.
        await self.channel_layer.group_add(console_group(self.session_id), self.channel_name)
        context = await database_sync_to_async(self._read_all)()
        await self.accept()
        await self.send(text_data=self.frames.whole(context))

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(console_group(self.session_id), self.channel_name)

    async def console_messages(self, event: dict[str, Any]) -> None:
        messages: list[Message] = event["messages"]
        state = None
        if any(message["kind"] == "state" for message in messages):
            state = await database_sync_to_async(self._read_state)()
        frame = self.frames.update(messages, state)
        if frame:
            await self.send(text_data=frame)

    def _read_state(self) -> dict[str, Any]:
        with scopes_disabled():
            session = LiveSession.objects.select_related("show").get(id=self.session_id)
        return describe(session, may_control=self.may_control)

    def _read_all(self) -> dict[str, Any]:
        state = self._read_state()
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


def find_membership(user: User, session_id: UUID) -> Membership | None:
    """Return what the user may do with a session, across all tenants they belong to; None for strangers."""
    if not user.is_authenticated:
        return None
    with scopes_disabled():
        return (
            Membership.objects.select_related("tenant")
            .filter(user=user, tenant__live_sessions=session_id)
            .first()
        )


def _language_of(connection: dict[str, Any]) -> str:
    """The page says in which language it was drawn."""
    asked = parse_qs(connection["query_string"].decode()).get("language", [""])[0]
    return asked if asked in dict(settings.LANGUAGES) else str(settings.LANGUAGE_CODE)


class Frames:
    """Draws fragments, and remembers which lines the page has, so that none is there twice."""

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
        self._gone: OrderedDict[str, None] = OrderedDict()  # what was deleted last, and is quoted no more

    def whole(self, context: dict[str, Any]) -> str:
        """Return the fragment that replaces both feeds, the state and the controls."""
        self._sort(context["new_chat"], self._chat)
        self._sort(context["new_replies"], self._replies)
        self._sort(context.get("new_held", []), self._held)
        return self._draw({**context, "whole": True})

    def update(self, messages: list[Message], state: dict[str, Any] | None) -> str:
        """Return the fragment for a batch of messages; empty when it would change nothing."""
        blanked = self._blanked(messages)
        lines = [line_of(message) for message in messages if message["kind"] in ("chat", "reply")]
        lines = [_without_quote(line) if line.get("trigger_id", "") in self._gone else line for line in lines]
        new_chat, old_chat = self._sort(_latest(lines, "chat"), self._chat)
        replies = _latest(lines, "reply")
        # Drawn once: what is being edited must not be drawn over.
        new_held, _drawn = self._sort([line for line in replies if line["status"] == HELD], self._held)
        decided = [line for line in replies if line["status"] != HELD]
        new_replies, old_replies = self._sort(decided, self._replies)
        context: dict[str, Any] = {
            "new_chat": new_chat,
            "new_replies": new_replies,
            "new_held": new_held,
            "let_go": [line for line in decided if self._held.pop(line["dom_id"], None)],
            "changed": [*old_chat, *old_replies, *blanked],
            **(state or {}),
            **self._new_counts(messages),
            **latest_game(messages),
            **latest_overlays(messages),
        }
        return self._draw(context) if any(context.values()) else ""

    def _blanked(self, messages: list[Message]) -> list[Line]:
        """Return the lines on the page that the room's moderators have deleted, without their words."""
        blanked = []
        for message in messages:
            if message["kind"] == "deleted":
                ids, viewers = set(message["ids"]), set(message["viewers"]) - {""}
                blanked += [
                    {**line, "event": DELETED, "name": "", "text": "", "risk": "", "viewer": ""}
                    for line in self._chat.values()
                    if line["id"] in ids or (line.get("viewer", "") in viewers and line["event"] in MESSAGES)
                ]
        for line in blanked:
            self._chat[line["dom_id"]] = line
        return [*blanked, *self._unquoted({line["id"] for line in blanked} | _deleted_ids(messages))]

    def _unquoted(self, ids: set[str]) -> list[Line]:
        """Return the replies on the page that quote lines of these ids, without the quotes."""
        self._gone.update(dict.fromkeys(ids))
        while len(self._gone) > LINES_KEPT:
            self._gone.popitem(last=False)
        quoting = [line for line in self._replies.values() if line.get("trigger_id", "") in ids]
        unquoted = [_without_quote(line) for line in quoting]
        self._replies.update((line["dom_id"], line) for line in unquoted)
        return unquoted

    def _sort(self, lines: list[Line], known: OrderedDict[str, Line]) -> tuple[list[Line], list[Line]]:
        """Split lines into those the page has not and has, and note that it has them all now."""
        fresh = [line for line in lines if line["dom_id"] not in known]
        stale = [line for line in lines if line["dom_id"] in known]
        known.update((line["dom_id"], line) for line in fresh)
        while len(known) > LINES_KEPT:
            known.popitem(last=False)
        return fresh, stale

    def _new_counts(self, messages: list[Message]) -> dict[str, Any]:
        counted = self._counted
        for message in messages:
            if message["kind"] == "counts":
                # A worker of the last release, still running, says nothing of its connection.
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

    def _draw(self, context: dict[str, Any]) -> str:
        with translation.override(self._language), timezone.override(self._time_zone):
            return render_to_string(FRAME, {**self._always, **context})


def latest_game(messages: list[Message]) -> dict[str, Any]:
    """Return the last word on the game that runs, if there is one among the messages."""
    games = [message["game"] for message in messages if message["kind"] == "game"]
    return {"game": games[-1]} if games else {}


def _without_quote(line: Line) -> Line:
    return {**line, "trigger_name": "", "trigger_text": ""}


def _deleted_ids(messages: list[Message]) -> set[str]:
    """Return the ids of the lines that are said to have been deleted."""
    return {line_id for message in messages if message["kind"] == "deleted" for line_id in message["ids"]}


def latest_overlays(messages: list[Message]) -> dict[str, Any]:
    """Return the last word on which overlays are open, if there is one among the messages."""
    seen = [message["pages"] for message in messages if message["kind"] == "overlays"]
    return overlays_context(seen[-1]) if seen else {}


def _latest(lines: list[Line], kind: str) -> list[Line]:
    """Return the lines of a kind, each once as it was last, and no more than a page keeps."""
    return list({line["dom_id"]: line for line in lines if line["kind"] == kind}.values())[-LINES_KEPT:]
