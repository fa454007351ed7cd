"""Counts a live's events and replies by minute. Each function is one or two queries on one partition."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Extract, Floor

from chatsources.events import EventKind
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession

MINUTE_S = 60
MOST_BUCKETS = 720  # twelve hours of minutes; a longer live has longer ones
WRITTEN = (EventKind.COMMENT, EventKind.QUESTION)
SAID = (Reply.Status.SPOKEN, Reply.Status.SKIPPED, Reply.Status.MUTED)


class Minute(TypedDict):
    """What happened in one minute of a live. `viewers` is the most at a time; None where not reported."""

    messages: int
    gifts: int
    diamonds: int
    replies: int
    viewers: int | None


def bucket_length_s(length_s: float) -> int:
    """Return the length of a live's minutes in seconds: 60, or a multiple in a live of over twelve hours."""
    return MINUTE_S * max(1, math.ceil(length_s / MINUTE_S / MOST_BUCKETS))


def events_of(session: LiveSession) -> QuerySet[ChatEvent]:
    """Return the events of a live, from its one partition."""
    return ChatEvent.objects.filter(session=session, session_month=session.log_month)


def count_minutes(session: LiveSession, *, start: datetime, length_s: float, bucket_s: int) -> list[Minute]:
    """Return what happened in each minute of a live; events before and after it count as its ends."""
    minutes: list[Minute] = [
        {"messages": 0, "gifts": 0, "diamonds": 0, "replies": 0, "viewers": None}
        for _ in range(max(1, math.ceil(length_s / bucket_s)))
    ]

    def at(bucket: int) -> Minute:
        return minutes[min(max(bucket, 0), len(minutes) - 1)]

    for row in _by_kind(session, start, bucket_s):
        if row["kind"] == EventKind.VIEWERS:
            minute = at(row["bucket"])
            minute["viewers"] = max(minute["viewers"] or 0, row["most"])
        else:
            at(row["bucket"])["messages"] += row["events"]
    for gift in gifts_of(session, start, bucket_s):
        at(gift["bucket"])["gifts"] += gift["given"]
        at(gift["bucket"])["diamonds"] += gift["given"] * gift["price"]
    said = Reply.objects.filter(session=session, status__in=SAID)
    by_bucket = said.annotate(bucket=_bucket("created_at", start, bucket_s)).values("bucket")
    for said_in in by_bucket.annotate(replies=Count("id")).order_by():
        at(said_in["bucket"])["replies"] += said_in["replies"]
    return minutes


def _by_kind(session: LiveSession, start: datetime, bucket_s: int) -> Iterable[Mapping[str, Any]]:
    events = events_of(session).filter(kind__in=[*WRITTEN, EventKind.VIEWERS])
    buckets = events.annotate(bucket=_bucket("occurred_at", start, bucket_s)).values("bucket", "kind")
    return buckets.annotate(events=Count("id"), most=Max("count")).order_by()


def gifts_of(session: LiveSession, start: datetime, bucket_s: int) -> list[dict[str, Any]]:
    """Return the gifts of a live: `bucket`, `given` and `price` in diamonds.

    The events of a streak carry its running total, so that the largest counts; a gift without a streak's id
    counts when it is closed.
    """
    gifts = (
        events_of(session)
        .filter(kind=EventKind.GIFT)
        .annotate(bucket=_bucket("occurred_at", start, bucket_s))
    )
    streaks = gifts.exclude(streak_id="").values("viewer_hash", "gift_id", "streak_id")
    others = gifts.filter(streak_id="", streak_open=False).values("bucket", "diamonds")
    return [
        *map(_gift, streaks.annotate(given=Max("count"), price=Max("diamonds"), at=Max("bucket")).order_by()),
        *map(_gift, others.annotate(given=Sum("count"), price=F("diamonds"), at=F("bucket")).order_by()),
    ]


def _gift(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"bucket": row["at"], "given": row["given"], "price": row["price"]}


def _bucket(field: str, start: datetime, bucket_s: int) -> Cast:
    since = ExpressionWrapper(F(field) - Value(start), output_field=DurationField())
    return Cast(Floor(Extract(since, "epoch") / bucket_s), IntegerField())


def interval_of(start: datetime, bucket_s: int, index: int) -> tuple[datetime, datetime]:
    """Return when a minute of a live began and ended."""
    return start + timedelta(seconds=index * bucket_s), start + timedelta(seconds=(index + 1) * bucket_s)


HIGH = Q(risk=ChatEvent.Risk.HIGH)
MEDIUM = Q(risk=ChatEvent.Risk.MEDIUM)
