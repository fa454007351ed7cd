"""Prepares a live for its console: its phase, its figures, and what happened so far."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict, TypeVar
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import ngettext

from billing.ledger.warning_mails import VERY_NEAR
from chatsources.events import EventKind
from encoder.broadcast.report import StreamReport
from encoder.stream_words import StreamWords, stream_words
from livesessions.console.facts import LiveFacts, ReplyHealth
from livesessions.console.publisher import (
    ConsoleChatMessage,
    ConsoleReplyMessage,
    ConsoleStateMessage,
    Message,
)
from livesessions.console.rows import ChatRow, HeldRow, ReplyRow, chat_row, held_row, reply_row, without_quote
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.querysets import held_replies
from livesessions.worker.observer import NOT_ON_CONSOLE, hearing_of
from livesessions.worker.registry import waiting_reason_of
from overlay.presence import OpenPage
from planner.stage.turn import quoted_source

LINES_AT_FIRST = 50

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
    # Workers of the previous release, which may still run, do not send the following.
    grace = message.get("plan_grace")
    if grace is not None:
        session.plan_grace_reason = grace["reason"]
        session.plan_grace_ends_at = datetime.fromisoformat(grace["ends_at"]) if grace["ends_at"] else None
    session.credit_warnings = message.get("credit_warnings", session.credit_warnings)
    if message.get("stopping") and session.stop_requested_at is None:
        session.stop_requested_at = timezone.now()


class ConsoleState(TypedDict):
    """The template context of the console's state and controls."""

    session: LiveSession
    phase: str
    may_control: bool
    conflict: NotRequired[object]


def describe(session: LiveSession, *, may_control: bool) -> ConsoleState:
    """Return the context of the state and the controls. Reads Redis while a live waits."""
    session.waiting_reason = waiting_reason_of(session)
    return {"session": session, "phase": phase_of(session).value, "may_control": may_control}


def with_state(facts: LiveFacts, state: ConsoleState) -> LiveFacts:
    """Return the facts with what a session's row says, in the reader's language."""
    session = state["session"]
    return replace(
        facts,
        phase=state["phase"],
        is_muted=session.muted,
        waiting=str(session.get_waiting_reason_display()) if session.waiting_reason else "",
        end_reason=str(session.end_reason_text) if session.end_reason else "",
        plan_warning=session.plan_warning,
        # Who only watches sees nothing of the workspace's credit.
        credit_warning=session.credit_warning if state["may_control"] else "",
        is_credit_short=max(session.credit_warnings.values(), default=0) >= VERY_NEAR,
        chat=str(session.get_source_display()),
        is_streamed=session.is_streamed,
        counts=facts.counts or session.counts,
    )


def numbers_of(facts: LiveFacts, viewers: int | None) -> dict[str, str]:
    """Return the figures of a live as they are shown, by their names."""
    gifts = facts.counts.get("gifts", 0)
    return {
        "viewers": "–" if viewers is None else intcomma(viewers),
        "gifts": ngettext("%(count)s gift", "%(count)s gifts", gifts) % {"count": intcomma(gifts)},
        "diamonds": intcomma(facts.counts.get("diamonds", 0)),
        "likes": intcomma(facts.counts.get("likes", 0)),
    }


class StreamContext(TypedDict):
    """The template context of the console's stream; empty while there is none."""

    stream: StreamReport | None
    stream_words: StreamWords | None
    show_id: UUID


def stream_context(stream: StreamReport | None, session: LiveSession) -> StreamContext:
    """Return the context of a live's stream, in the reader's language."""
    words = stream_words(stream) if stream is not None else None
    return {"stream": stream, "stream_words": words, "show_id": session.show_id}


def facts_of(
    state: ConsoleState,
    messages: Iterable[Message],
    pages: Iterable[OpenPage],
    stream: StreamReport | None = None,
) -> LiveFacts:
    """Return what a page knows of its live when it is opened."""
    health = ReplyHealth()
    for message in messages:
        if message["kind"] == "reply":
            health.note(message)
    return health.apply_to(with_state(LiveFacts(pages=tuple(pages), stream=stream), state))


class PlainRows(TypedDict):
    """The rows of a page without scripts, newest first; of held replies the oldest."""

    chat: list[ChatRow]
    replies: list[ReplyRow]
    held: list[HeldRow]


def plain_rows(messages: Iterable[Message]) -> PlainRows:
    """Return what happened so far as rows."""
    rows: PlainRows = {"chat": [], "replies": [], "held": []}
    for message in messages:
        if message["kind"] == "chat":
            rows["chat"].insert(0, chat_row(message))
        elif message["kind"] == "reply" and message["status"] == Reply.Status.HELD:
            rows["held"].append(held_row(message))
        elif message["kind"] == "reply":
            rows["replies"].insert(0, reply_row(message))
    return rows


def read_recent(session: LiveSession) -> list[Message]:
    """Return the latest chat messages, replies and held replies, each oldest first. Four queries."""
    events = (
        ChatEvent.objects.filter(session=session, session_month=session.log_month)
        .exclude(kind__in=[*NOT_ON_CONSOLE, EventKind.DELETED])
        .order_by("-occurred_at", "-id")[:LINES_AT_FIRST]
    )
    replies = (
        Reply.objects.filter(session=session)
        .exclude(status__in=[Reply.Status.HELD, Reply.Status.QUEUED])
        .order_by("-created_at")[:LINES_AT_FIRST]
    )
    return [
        *map(_chat_message, _oldest_first(events)),
        *_without_deleted_quotes(session, list(map(_reply_message, _oldest_first(replies)))),
        *map(_reply_message, held_replies(session)),
    ]


def _without_deleted_quotes(
    session: LiveSession, replies: list[ConsoleReplyMessage]
) -> list[ConsoleReplyMessage]:
    """Return replies without the quoted texts and names of messages that moderators have deleted."""
    quoted = [reply["trigger_id"] for reply in replies if reply["trigger_id"]]
    events = ChatEvent.objects.filter(session=session, session_month=session.log_month, deleted=True)
    deleted = set(events.filter(source_id__in=quoted).values_list("source_id", flat=True))
    return [without_quote(reply) if reply["trigger_id"] in deleted else reply for reply in replies]


def _oldest_first(rows: Iterable[Row]) -> list[Row]:
    return list(rows)[::-1]


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
        "streak": event.streak_id,
        "streak_open": event.streak_open,
        "diamonds": event.diamonds,
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
        "source": quoted_source(reply.model),
    }
