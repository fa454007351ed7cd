"""The tables of a live that can be exported: its replies, its chat, and the moderation's decisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from livesessions.console import decisions
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from reports.summary.timeline import events_of

ROWS_AT_ONCE = 1_000

Row = dict[str, Any]
# Reads the rows after a row; None: from the start. Return the rows and the last of them.
Read = Callable[[LiveSession, Any], tuple[list[Row], Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns by name, with their titles, and how its rows are read in order."""

    columns: dict[str, str | Promise]
    read: Read


def _replies(session: LiveSession, last: Reply | None) -> tuple[list[Row], Reply | None]:
    replies = Reply.objects.filter(session=session).defer("score").order_by("created_at", "id")
    if last is not None:
        replies = replies.filter(created_at__gte=last.created_at).exclude(
            created_at=last.created_at, id__lte=last.id
        )
    rows = list(replies[:ROWS_AT_ONCE])
    return [_reply_row(reply) for reply in rows], rows[-1] if rows else None


def _reply_row(reply: Reply) -> Row:
    return {
        "at": reply.created_at.isoformat(),
        "reason": reply.trigger_kind,
        "viewer": reply.trigger_viewer_name,
        "message": reply.trigger_text,
        "text": reply.text,
        "status": reply.status,
        "heard": reply.heard_started_at is not None,
        "wait_ms": reply.first_audio_ms,
        "model": reply.model,
        "voice": reply.voice,
    }


def _chat(session: LiveSession, last: ChatEvent | None) -> tuple[list[Row], ChatEvent | None]:
    events = events_of(session).order_by("occurred_at", "id")
    if last is not None:
        events = events.filter(occurred_at__gte=last.occurred_at).exclude(
            occurred_at=last.occurred_at, id__lte=last.id
        )
    rows = list(events[:ROWS_AT_ONCE])
    return [_event_row(event) for event in rows], rows[-1] if rows else None


def _event_row(event: ChatEvent) -> Row:
    return {
        "at": event.occurred_at.isoformat(),
        "event": event.kind,
        "viewer": event.viewer_name,
        "text": event.text,
        "count": event.count,
        "gift": event.gift_name,
        "diamonds": event.diamonds,
        "risk": event.risk,
        "deleted": event.deleted,
    }


def _moderation(
    session: LiveSession, last: decisions.PageCursor | None
) -> tuple[list[Row], decisions.PageCursor | None]:
    events = decisions.page_of_messages(decisions.judged_messages(session), last, ROWS_AT_ONCE)
    rows = [_decision_row(each) for each in decisions.decisions_on(session, events)]
    return rows, decisions.cursor_after(events)


def _decision_row(decision: decisions.Decision) -> Row:
    reasons = [" ".join(filter(None, (each.label, each.term))) for each in decision.findings]
    return {
        "at": decision.at.isoformat(),
        "viewer": decision.name,
        "message": decision.text,
        "risk": decision.risk,
        "reasons": reasons,
        "outcome": decision.outcome,
        "answer": decision.answer,
    }


TABLES: dict[str, Table] = {
    "replies": Table(
        {
            "at": _("Time"),
            "reason": _("Reason"),
            "viewer": _("Viewer"),
            "message": _("Message"),
            "text": _("What the host said"),
            "status": _("Status"),
            "heard": _("Heard"),
            "wait_ms": _("Wait in milliseconds"),
            "model": _("Language model"),
            "voice": _("Voice"),
        },
        _replies,
    ),
    "chat": Table(
        {
            "at": _("Time"),
            "event": _("Event"),
            "viewer": _("Viewer"),
            "text": _("Message"),
            "count": _("Count"),
            "gift": _("Gift"),
            "diamonds": _("Diamonds"),
            "risk": _("Verdict"),
            "deleted": _("Deleted"),
        },
        _chat,
    ),
    "moderation": Table(
        {
            "at": _("Time"),
            "viewer": _("Viewer"),
            "message": _("Message"),
            "risk": _("Verdict"),
            "reasons": _("Why"),
            "outcome": _("What the host did"),
            "answer": _("Answer"),
        },
        _moderation,
    ),
}


def titles(table: Table) -> Sequence[str]:
    return [str(title) for title in table.columns.values()]
