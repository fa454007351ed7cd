"""Computes the figures of an ended live and stores them."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from chatsources.events import EventKind
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.querysets import gifters_of
from reports.models import LiveSummary
from reports.summary.moments import best_moments
from reports.summary.timeline import (
    HIGH,
    MEDIUM,
    SAID,
    WRITTEN,
    bucket_length_s,
    count_minutes,
    events_of,
)

# The worker's last rows are written by then.
SETTLED_AFTER = timedelta(seconds=20)
MOST_GIFTERS = 3
Status = Reply.Status


def is_settled(session: LiveSession, now: datetime) -> bool:
    """Return whether all rows of a live are written, so that its figures will not change."""
    return session.ended_at is not None and session.ended_at < now - SETTLED_AFTER


def summary_of(session: LiveSession) -> LiveSummary:
    """Return the figures of an ended live: the stored ones, or computed and, if they are final, stored."""
    stored = LiveSummary.objects.filter(session=session).first()
    if stored is not None:
        return stored
    summary = compute_summary(session)
    if is_settled(session, timezone.now()):
        LiveSummary.objects.bulk_create([summary], ignore_conflicts=True)
    return summary


def compute_summary(session: LiveSession, *, until: datetime | None = None) -> LiveSummary:
    """Compute the figures of a started live, to its end or `until`; do not store them. Nine queries."""
    start, end = session.started_at, session.ended_at or until
    length_s = (end - start).total_seconds() if start and end else 0.0
    if start is None:
        return LiveSummary(session=session, tenant_id=session.tenant_id, made_at=timezone.now())
    bucket_s = bucket_length_s(length_s)
    minutes = count_minutes(session, start=start, length_s=length_s, bucket_s=bucket_s)
    return LiveSummary(
        session=session,
        tenant_id=session.tenant_id,
        made_at=timezone.now(),
        length_s=round(length_s),
        gifts=sum(minute["gifts"] for minute in minutes),
        diamonds=sum(minute["diamonds"] for minute in minutes),
        bucket_s=bucket_s,
        minutes=minutes,
        moments=best_moments(minutes),
        gifters=[
            {"event": each.event, "gifts": each.gifts, "diamonds": each.diamonds}
            for each in gifters_of(session, most=MOST_GIFTERS)
        ],
        **_event_figures(session),
        **_reply_figures(session),
    )


def _event_figures(session: LiveSession) -> dict[str, Any]:
    def of(kind: EventKind) -> Q:
        return Q(kind=kind)

    written = Q(kind__in=WRITTEN)
    figures = events_of(session).aggregate(
        messages=Count("id", filter=written),
        writers=Count("viewer_hash", filter=written & ~Q(viewer_hash=""), distinct=True),
        follows=Count("id", filter=of(EventKind.FOLLOW)),
        shares=Count("id", filter=of(EventKind.SHARE)),
        subscriptions=Count("id", filter=of(EventKind.SUBSCRIBE)),
        likes=Sum("count", filter=of(EventKind.LIKE)),
        peak_viewers=Max("count", filter=of(EventKind.VIEWERS)),
        blocked_messages=Count("id", filter=HIGH),
        careful_messages=Count("id", filter=MEDIUM),
    )
    return {**figures, "likes": figures["likes"] or 0}


def _reply_figures(session: LiveSession) -> dict[str, Any]:
    replies = Reply.objects.filter(session=session)
    figures = replies.aggregate(
        replies=Count("id", filter=Q(status__in=SAID)),
        heard_replies=Count("id", filter=Q(status__in=SAID, heard_started_at__isnull=False)),
        blocked_replies=Count("id", filter=Q(status=Status.REFUSED)),
    )
    waits = replies.filter(status__in=SAID, first_audio_ms__isnull=False).exclude(trigger_source_id="")
    times = [ms for ms in waits.values_list("first_audio_ms", flat=True) if ms is not None]
    return {**figures, "median_wait_ms": round(median(times)) if times else None}
