"""Finds the questions of a live that the host did not answer."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from chatsources.events import EventKind
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from moderation.stage.verdict import Action
from reports.summary.timeline import SAID, events_of

READ_AT_MOST = 2_000  # of the latest questions
SHOWN = 30
IS_QUESTION = Q(kind=EventKind.QUESTION) | Q(kind=EventKind.COMMENT, text__contains="?")
MAY_BE_ANSWERED = (Action.ANSWER.value, Action.ANSWER_CAREFULLY.value, "")


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question without an answer: who asked it first, when, and how often it was asked."""

    text: str
    name: str
    at: datetime
    times: int


def unanswered_questions(session: LiveSession) -> list[OpenQuestion]:
    """Return the questions that no reply answered, those first that were asked most; at most `SHOWN`.

    Equal questions, whatever their case and their marks, count as one. Blocked messages are no questions.
    Three queries.
    """
    asked = events_of(session).filter(IS_QUESTION, deleted=False, action__in=MAY_BE_ANSWERED).exclude(text="")
    events = list(asked.order_by("-occurred_at")[:READ_AT_MOST])
    answered = _answered_ids(session)
    found: OrderedDict[str, list[ChatEvent]] = OrderedDict()
    for event in reversed(events):
        found.setdefault(_folded(event.text), []).append(event)
    still_open = [same for same in found.values() if not any(event.source_id in answered for event in same)]
    still_open.sort(key=len, reverse=True)
    return [
        OpenQuestion(same[0].text, same[0].viewer_name, same[0].occurred_at, len(same))
        for same in still_open[:SHOWN]
    ]


def _answered_ids(session: LiveSession) -> set[str]:
    replies = Reply.objects.filter(session=session, status__in=SAID)
    answered: set[str] = set()
    for trigger, others in replies.values_list("trigger_source_id", "also_source_ids"):
        answered |= {trigger, *others}
    return answered


def _folded(text: str) -> str:
    return " ".join("".join(each if each.isalnum() else " " for each in text.casefold()).split())
