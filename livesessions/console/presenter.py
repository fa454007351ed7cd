"""Prepares a live for its console: its phase, and its chat messages and replies as lines."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from django.utils import timezone

from chatsources.events import EventKind
from livesessions.console.publisher import ConsoleChatMessage, ConsoleReplyMessage, ConsoleStateMessage
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.reply.approvals import HELD_FOR_S
from livesessions.querysets import held_replies
from livesessions.worker.observer import NOT_ON_CONSOLE, hearing_of
from livesessions.worker.registry import waiting_reason_of
from moderation.labels import CATEGORY_LABELS
from overlay.presence import OpenPage

LINES_AT_FIRST = 50

Line = dict[str, Any]
Row = TypeVar("Row")


class Phase(StrEnum):
    """The phase of a live on the console."""

    READY = "ready"
    STARTING = "starting"
    ON_AIR = "on_air"
    MUTED = "muted"
    STOPPING = "stopping"
    ENDED = "ended"


def phase_of(session: LiveSession) -> Phase:
    if session.status == LiveSession.Status.ENDED:
        return Phase.ENDED
    if session.status == LiveSession.Status.PENDING:
        return Phase.STARTING if session.is_starting else Phase.READY
    if session.stop_requested_at is not None:
        return Phase.STOPPING
    return Phase.MUTED if session.muted else Phase.ON_AIR


def show_message(session: LiveSession, message: ConsoleStateMessage) -> None:
    """Change a session as a message says, without its row."""
    session.status, session.muted, session.end_reason = (
        message["status"],
        message["muted"],
        message["end_reason"],
    )
    # Workers of the previous release, which may still run, do not send it.
    if message.get("stopping") and session.stop_requested_at is None:
        session.stop_requested_at = timezone.now()


def describe(session: LiveSession, *, may_control: bool) -> dict[str, Any]:
    """Return the template context of the console's state and controls. Reads Redis while a live waits."""
    session.waiting_reason = waiting_reason_of(session)
    return {
        "session": session,
        "phase": phase_of(session).value,
        "may_control": may_control,
        "counts": session.counts,
    }


def read_recent_lines(session: LiveSession) -> tuple[list[Line], list[Line]]:
    """Return the latest chat lines and replies, oldest first. Three queries."""
    events = (
        ChatEvent.objects.filter(session=session)
        .exclude(kind__in=[*NOT_ON_CONSOLE, EventKind.DELETED])
        .order_by("-occurred_at", "-id")[:LINES_AT_FIRST]
    )
    replies = (
        Reply.objects.filter(session=session)
        .exclude(status__in=[Reply.Status.HELD, Reply.Status.QUEUED])
        .order_by("-created_at")[:LINES_AT_FIRST]
    )
    return (
        [line_of(_chat_message(event)) for event in _oldest_first(events)],
        _without_deleted_quotes(
            session, [line_of(_reply_message(reply)) for reply in _oldest_first(replies)]
        ),
    )


def _without_deleted_quotes(session: LiveSession, replies: list[Line]) -> list[Line]:
    """Return replies without the quoted texts and names of messages that moderators have deleted."""
    quoted = [line["trigger_id"] for line in replies if line["trigger_id"]]
    events = ChatEvent.objects.filter(session=session, session_month=session.log_month, deleted=True)
    deleted = set(events.filter(source_id__in=quoted).values_list("source_id", flat=True))
    return [
        {**line, "trigger_name": "", "trigger_text": ""} if line["trigger_id"] in deleted else line
        for line in replies
    ]


def read_held_lines(session: LiveSession) -> list[Line]:
    """Return the replies that wait for approval, oldest first. One query."""
    return [line_of(_reply_message(reply)) for reply in held_replies(session)]


def overlays_context(pages: list[OpenPage]) -> dict[str, Any]:
    """Return the template context of the console's list of open overlay pages."""
    return {"overlays": pages, "overlays_known": True}


def _oldest_first(rows: Iterable[Row]) -> list[Row]:
    return list(rows)[::-1]


def line_of(message: ConsoleChatMessage | ConsoleReplyMessage) -> Line:
    """Return a message with what a page needs: times, texts of its reasons, and an id safe in selectors."""
    digest = hashlib.blake2s(message["id"].encode(), digest_size=8).hexdigest()
    at = datetime.fromisoformat(message["at"])
    line: Line = {**message, "dom_id": f"{message['kind']}-{digest}", "at": at}
    if message["kind"] == "reply":
        _fault, _mark, category = message["fault"].partition(":")
        return {**line, "until": at + timedelta(seconds=HELD_FOR_S), "whys": _words_of([category])}
    # Workers of the previous release, which may still run, send no categories.
    return {**line, "whys": _words_of(message.get("categories", []))}


def _words_of(categories: Iterable[str]) -> list[Any]:
    """Return the lazily translated texts of categories, each once."""
    return [
        CATEGORY_LABELS[category] for category in dict.fromkeys(categories) if category in CATEGORY_LABELS
    ]


def _chat_message(event: ChatEvent) -> ConsoleChatMessage:
    return {
        "kind": "chat",
        "id": event.source_id,
        "event": EventKind.DELETED.value if event.deleted else event.kind,
        "name": event.viewer_name,
        "text": event.text,
        "risk": event.risk,
        "gift_name": event.gift_name,
        "count": event.count,
        "at": event.occurred_at.isoformat(),
        "categories": [str(reason.get("category", "")) for reason in event.reasons],
        "viewer": event.viewer_hash,
    }


def _reply_message(reply: Reply) -> ConsoleReplyMessage:
    return {
        "kind": "reply",
        "id": str(reply.id),
        "status": reply.status,
        "text": reply.text,
        "fault": reply.fault,
        "trigger_kind": reply.trigger_kind,
        "trigger_id": reply.trigger_source_id,
        "trigger_name": reply.trigger_viewer_name,
        "trigger_text": reply.trigger_text,
        "first_audio_ms": reply.first_audio_ms,
        "heard": reply.heard_started_at is not None,
        "hearing": hearing_of(reply.heard_level_db, reply.underruns),
        "at": reply.created_at.isoformat(),
    }
