"""Prepares the report of a live for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from livesessions.models.kills import Kill
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.querysets import names_of_gifters
from reports.models import LiveSummary
from reports.summary.timeline import SAID, Minute, interval_of

SAID_AT_MOST = 2  # replies that are shown with a moment


@dataclass(frozen=True, slots=True)
class Moment:
    """One of the liveliest minutes of a live, with what the host said in it."""

    at: datetime
    minute: Minute
    replies: Sequence[Reply]


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One row of the timeline's table: viewers, messages, replies, gifts and diamonds as they are shown."""

    at: datetime
    cells: tuple[str, ...]


def moments_of(session: LiveSession, summary: LiveSummary) -> list[Moment]:
    """Return the best moments of a live, in order. One query."""
    if session.started_at is None or not summary.moments:
        return []
    spans = [(index, *interval_of(session.started_at, summary.bucket_s, index)) for index in summary.moments]
    first, *others = [_said_between(session, begins, ends) for _index, begins, ends in spans]
    said = sorted(first.union(*others, all=True), key=lambda reply: reply.created_at)
    return [
        Moment(
            begins, _minute(summary, index), [reply for reply in said if begins <= reply.created_at < ends]
        )
        for index, begins, ends in spans
    ]


def _said_between(session: LiveSession, begins: datetime, ends: datetime) -> QuerySet[Reply]:
    replies = Reply.objects.filter(session=session, status__in=SAID, created_at__gte=begins)
    return replies.filter(created_at__lt=ends).exclude(text="").order_by("created_at")[:SAID_AT_MOST]


@dataclass(frozen=True, slots=True)
class TopGifterRow:
    """A viewer who gave much; `name` is empty when it was erased or must not be shown."""

    name: str
    gifts: int
    diamonds: int


def top_gifters(session: LiveSession, summary: LiveSummary) -> list[TopGifterRow]:
    """Return the viewers who gave most. One query."""
    names = names_of_gifters(session, [each["event"] for each in summary.gifters])
    return [
        TopGifterRow(names.get(each["event"], ""), each["gifts"], each["diamonds"])
        for each in summary.gifters
    ]


def timeline_rows(session: LiveSession, summary: LiveSummary) -> list[TimelineRow]:
    if session.started_at is None:
        return []
    return [
        TimelineRow(interval_of(session.started_at, summary.bucket_s, index)[0], _cells(minute))
        for index, minute in enumerate(summary.minutes)
    ]


def _cells(minute: Minute) -> tuple[str, ...]:
    figures = (minute["messages"], minute["replies"], minute["gifts"], minute["diamonds"])
    viewers = minute["viewers"]
    return ("–" if viewers is None else _figure(viewers), *map(_figure, figures))


def _figure(number: int) -> str:
    return intcomma(number) if number >= 1_000 else str(number)  # most are small, and `intcomma` is slow


def _minute(summary: LiveSummary, index: int) -> Minute:
    minute: Minute = summary.minutes[index]
    return minute


def length_text(seconds: int) -> str:
    """Return a length as people say it: "48 s", "12 min", "1 h 05 min"."""
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)02d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def presser_of(kill: Kill) -> str:
    """Return who pressed the kill switch: a person's name, and the token or the link that they used."""
    person = kill.pressed_by.get_short_name() if kill.pressed_by else ""
    if kill.way == Kill.Way.STAFF:
        return _("our staff")
    return " · ".join(filter(None, (person, kill.label))) or _("a person whose account is gone")
