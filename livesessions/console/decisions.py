"""The moderation decisions on a live's messages and answers: as pages, and as a CSV export."""

import csv
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_scopes import scope

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from moderation.labels import RISK_LABELS, WITH_TERM, category_label
from moderation.stage.verdict import Action, Category, Risk
from tenants.text import escape_formula

LINES_A_PAGE = 30
ROWS_AT_ONCE = 1_000
ANSWERED_WITHIN = timedelta(minutes=3)  # a message may be queued for 45 s and its answer held for 60 s
POLICY_FAULT = "policy"
HELD_BACK = (Reply.Status.REFUSED, Reply.Status.HELD, Reply.Status.REJECTED, Reply.Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class PageCursor:
    """The time and the key of the last row of a page."""

    at: datetime
    key: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.key}"

    @classmethod
    def parse(cls, text: str) -> "PageCursor | None":
        """Return the cursor of a page's address; None for an empty or invalid one."""
        at, _separator, key = text.partition("_")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(moment, key) if key and moment.tzinfo is not None else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: its text, the term that was found, and whether that term can be allowed."""

    label: str
    term: str
    can_allow: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `outcome` is the text of what the host did; `answer`, what it said or would have said."""

    at: datetime
    source_id: str
    name: str
    text: str
    risk: str
    risk_label: str
    findings: tuple[Finding, ...]
    outcome: str
    answer: str = ""
    has_viewer: bool = False


# --- messages of the chat ------------------------------------------------------------------------


def judged_messages(session: LiveSession, *, risk: str = "", category: str = "") -> QuerySet[ChatEvent]:
    """Return the messages of a live that the gate has judged, newest first, from one partition."""
    lines = ChatEvent.objects.filter(session=session, session_month=session.log_month).exclude(risk="")
    if risk:
        lines = lines.filter(risk=risk)
    if category:
        lines = lines.filter(reasons__contains=[{"category": category}])
    return lines.order_by("-occurred_at", "-id")


def page_of_messages(lines: QuerySet[ChatEvent], before: PageCursor | None, size: int) -> list[ChatEvent]:
    """Return the rows after a cursor (keyset pagination, without OFFSET)."""
    if before is not None and before.key.isdecimal():
        # The first condition follows from the second; it lets PostgreSQL search the index.
        same_moment = Q(occurred_at=before.at, id__lt=int(before.key))
        lines = lines.filter(occurred_at__lte=before.at).filter(Q(occurred_at__lt=before.at) | same_moment)
    return list(lines[:size])


def decisions_on(session: LiveSession, events: Sequence[ChatEvent]) -> list[Decision]:
    """Return the decisions on messages, with the host's answer to each. One query."""
    answers = _answers_to(session, events)
    return [_decision(event, answers.get(event.source_id)) for event in events]


def cursor_after(events: Sequence[ChatEvent]) -> PageCursor | None:
    return PageCursor(events[-1].occurred_at, str(events[-1].id)) if events else None


def _answers_to(session: LiveSession, events: Sequence[ChatEvent]) -> dict[str, Reply]:
    if not events:
        return {}
    times = [event.occurred_at for event in events]
    around = (min(times) - ANSWERED_WITHIN, max(times) + ANSWERED_WITHIN)
    replies = Reply.objects.filter(session=session, created_at__range=around).order_by("created_at")
    wanted = {event.source_id for event in events}
    answers: dict[str, Reply] = {}
    for reply in replies.defer("score"):
        for source_id in wanted.intersection([reply.trigger_source_id, *reply.also_source_ids]):
            answers[source_id] = reply
    return answers


def _decision(event: ChatEvent, reply: Reply | None) -> Decision:
    return Decision(
        at=event.occurred_at,
        source_id=event.source_id,
        name=event.viewer_name,
        text=event.text,
        risk=event.risk,
        risk_label=str(RISK_LABELS.get(event.risk, event.risk)),
        findings=tuple(_findings(event.reasons)),
        outcome=_outcome(event, reply),
        answer=reply.text if reply else "",
        has_viewer=bool(event.viewer_hash),
    )


def _findings(reasons: Iterable[dict[str, Any]]) -> Iterable[Finding]:
    seen, terms = set(), set()
    for reason in reasons:
        category, term = str(reason.get("category", "")), str(reason.get("term", ""))
        if (category, term) not in seen:
            seen.add((category, term))
            can_allow = bool(term) and category in WITH_TERM and term not in terms
            terms.add(term)
            yield Finding(category_label(category), term, can_allow)


def _outcome(event: ChatEvent, reply: Reply | None) -> str:
    if reply is not None:
        return _("Answered") if reply.status == Reply.Status.SPOKEN else reply_label(reply)
    if any(reason.get("category") == Category.VIEWER for reason in event.reasons):
        return _("Ignored: you blocked this viewer")
    return {
        str(Action.ANSWER): _("Not chosen"),
        str(Action.ANSWER_CAREFULLY): _("Not chosen"),
        str(Action.NEUTRAL_LINE): _("Skipped with a neutral sentence"),
        str(Action.HELP): _("Help was offered shortly before"),
    }.get(event.action, _("Ignored"))


# --- answers of the host -------------------------------------------------------------------------


def held_back(session: LiveSession) -> QuerySet[Reply]:
    """Return the answers that the gate or a person blocked, newest first."""
    replies = Reply.objects.filter(session=session)
    blocked = Q(status__in=HELD_BACK) | Q(fault__startswith=POLICY_FAULT)
    return replies.filter(blocked).order_by("-created_at", "-id")


def page_of_replies(replies: QuerySet[Reply], before: PageCursor | None, size: int) -> list[Reply]:
    if before is not None:
        replies = replies.filter(created_at__lt=before.at)
    return list(replies[:size])


def decisions_of_host(replies: Iterable[Reply]) -> list[Decision]:
    return [
        Decision(
            at=reply.created_at,
            source_id=reply.trigger_source_id,
            name=reply.trigger_viewer_name,
            text=reply.trigger_text,
            risk=Risk.HIGH if reply.fault else "",
            risk_label="",
            findings=(),
            outcome=reply_label(reply),
            answer=reply.text,
        )
        for reply in replies
    ]


def reply_label(reply: Reply) -> str:
    """Return the text of a reply's status, with the reason if the gate refused it."""
    _fault, _separator, category = reply.fault.partition(":")
    words = str(reply.get_status_display())
    return f"{words}: {category_label(category)}" if category else words


# --- CSV -----------------------------------------------------------------------------------------


async def export_csv(
    session: LiveSession, *, risk: str, category: str, language: str
) -> AsyncGenerator[str, None]:
    """Yield all decisions as CSV, `ROWS_AT_ONCE` rows at a time; formulas are escaped."""

    def read(before: PageCursor | None) -> tuple[str, PageCursor | None]:
        with scope(tenant=session.tenant), override(language):
            messages = judged_messages(session, risk=risk, category=category)
            events = page_of_messages(messages, before, ROWS_AT_ONCE)
            return _csv_rows(map(_cells, decisions_on(session, events))), cursor_after(events)

    with override(language):
        heads = [
            _("Time"),
            _("Viewer"),
            _("Message"),
            _("Verdict"),
            _("Why"),
            _("What the host did"),
            _("Answer"),
        ]
    yield "\ufeff" + _csv_rows([heads])  # with this mark, spreadsheets read the file as UTF-8
    text, before = await sync_to_async(read)(None)
    while before is not None:
        yield text
        text, before = await sync_to_async(read)(before)


def _cells(decision: Decision) -> list[str]:
    why = "; ".join(" ".join(filter(None, (each.label, each.term))) for each in decision.findings)
    return [
        decision.at.isoformat(),
        decision.name,
        decision.text,
        decision.risk_label,
        why,
        decision.outcome,
        decision.answer,
    ]


def _csv_rows(rows: Iterable[Iterable[str]]) -> str:
    page = StringIO()
    csv.writer(page).writerows([escape_formula(cell) for cell in row] for row in rows)
    return page.getvalue()
