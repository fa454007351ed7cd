"""What was decided about every line of a live, and why: pages of it by key, and all of it as a table."""

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

LINES_A_PAGE = 50
ROWS_AT_ONCE = 1_000
ANSWERED_WITHIN = timedelta(minutes=3)  # what waits goes stale after 45 s, and may be held for 60 s more
POLICY_FAULT = "policy"
HELD_BACK = (Reply.Status.REFUSED, Reply.Status.HELD, Reply.Status.REJECTED, Reply.Status.EXPIRED)
FORMULA_MARKS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the moment and the key of its last row."""

    at: datetime
    key: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.key}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Return the place that a page's address names; None for none, or for what is no place."""
        at, _mark, key = text.partition("_")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(moment, key) if key and moment.tzinfo is not None else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: what it is about in words, and the word that may be let through, if there is one."""

    words: str
    term: str
    may_allow: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the log. `done` says what the host did; `answer` is what it said, or wanted to say."""

    at: datetime
    source_id: str
    name: str
    text: str
    risk: str
    risk_words: str
    findings: tuple[Finding, ...]
    done: str
    answer: str = ""
    has_viewer: bool = False


# --- lines of the chat ---------------------------------------------------------------------------


def judged_lines(session: LiveSession, *, risk: str = "", category: str = "") -> QuerySet[ChatEvent]:
    """Return the lines of a live that the gate has judged, newest first; of one partition."""
    lines = ChatEvent.objects.filter(session=session, session_month=session.log_month).exclude(risk="")
    if risk:
        lines = lines.filter(risk=risk)
    if category:
        lines = lines.filter(reasons__contains=[{"category": category}])
    return lines.order_by("-occurred_at", "-id")


def page_of_lines(lines: QuerySet[ChatEvent], before: Place | None, size: int) -> list[ChatEvent]:
    """Return the rows after a place, by their key and with no OFFSET."""
    if before is not None and before.key.isdecimal():
        # The first condition is implied by the second, and is what the index can be searched by.
        same_moment = Q(occurred_at=before.at, id__lt=int(before.key))
        lines = lines.filter(occurred_at__lte=before.at).filter(Q(occurred_at__lt=before.at) | same_moment)
    return list(lines[:size])


def decisions_on(session: LiveSession, events: Sequence[ChatEvent]) -> list[Decision]:
    """Return what was decided about some lines, with what the host did about each. One query."""
    answers = _answers_to(session, events)
    return [_decision(event, answers.get(event.source_id)) for event in events]


def place_after(events: Sequence[ChatEvent]) -> Place | None:
    return Place(events[-1].occurred_at, str(events[-1].id)) if events else None


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
        risk_words=str(RISK_LABELS.get(event.risk, event.risk)),
        findings=tuple(_findings(event.reasons)),
        done=_done(event, reply),
        answer=reply.text if reply else "",
        has_viewer=bool(event.viewer_hash),
    )


def _findings(reasons: Iterable[dict[str, Any]]) -> Iterable[Finding]:
    seen, terms = set(), set()
    for reason in reasons:
        category, term = str(reason.get("category", "")), str(reason.get("term", ""))
        if (category, term) not in seen:
            seen.add((category, term))
            may_allow = bool(term) and category in WITH_TERM and term not in terms
            terms.add(term)
            yield Finding(category_label(category), term, may_allow)


def _done(event: ChatEvent, reply: Reply | None) -> str:
    if reply is not None:
        return _("Answered") if reply.status == Reply.Status.SPOKEN else reply_words(reply)
    if any(reason.get("category") == Category.VIEWER for reason in event.reasons):
        return _("Ignored: you have blocked this viewer")
    return {
        str(Action.ANSWER): _("Not chosen"),
        str(Action.ANSWER_CAREFULLY): _("Not chosen"),
        str(Action.NEUTRAL_LINE): _("Passed over"),
        str(Action.HELP): _("Help was offered a moment before"),
    }.get(event.action, _("Ignored"))


# --- answers of the host -------------------------------------------------------------------------


def held_back(session: LiveSession) -> QuerySet[Reply]:
    """Return the answers that the gate or a person kept from being said, newest first."""
    replies = Reply.objects.filter(session=session)
    kept = Q(status__in=HELD_BACK) | Q(fault__startswith=POLICY_FAULT)
    return replies.filter(kept).order_by("-created_at", "-id")


def page_of_replies(replies: QuerySet[Reply], before: Place | None, size: int) -> list[Reply]:
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
            risk_words="",
            findings=(),
            done=reply_words(reply),
            answer=reply.text,
        )
        for reply in replies
    ]


def reply_words(reply: Reply) -> str:
    """Say what became of a reply, with the reason for which it was refused."""
    _fault, _mark, category = reply.fault.partition(":")
    words = str(reply.get_status_display())
    return f"{words}: {category_label(category)}" if category else words


# --- as a table ----------------------------------------------------------------------------------


async def table_of(
    session: LiveSession, *, risk: str, category: str, language: str
) -> AsyncGenerator[str, None]:
    """Yield the log as CSV, a thousand lines at a time; what might be a formula is made text."""

    def read(before: Place | None) -> tuple[str, Place | None]:
        with scope(tenant=session.tenant), override(language):
            lines = judged_lines(session, risk=risk, category=category)
            events = page_of_lines(lines, before, ROWS_AT_ONCE)
            return _written(map(_cells, decisions_on(session, events))), place_after(events)

    with override(language):
        heads = [
            _("Time"),
            _("Viewer"),
            _("Line"),
            _("Verdict"),
            _("Why"),
            _("What the host did"),
            _("Answer"),
        ]
    yield "\ufeff" + _written([heads])  # the mark has spreadsheets read it as UTF-8
    text, before = await sync_to_async(read)(None)
    while before is not None:
        yield text
        text, before = await sync_to_async(read)(before)


def _cells(decision: Decision) -> list[str]:
    why = "; ".join(" ".join(filter(None, (each.words, each.term))) for each in decision.findings)
    return [
        decision.at.isoformat(),
        decision.name,
        decision.text,
        decision.risk_words,
        why,
        decision.done,
        decision.answer,
    ]


def _written(rows: Iterable[Iterable[str]]) -> str:
    page = StringIO()
    csv.writer(page).writerows([harmless(cell) for cell in row] for row in rows)
    return page.getvalue()


def harmless(cell: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0\u200b\ufeff").startswith(FORMULA_MARKS) else cell
