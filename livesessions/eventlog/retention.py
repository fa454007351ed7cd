"""Lets the past go: words and names of viewers first, the whole event log of a month later."""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django_scopes import scopes_disabled

from livesessions.eventlog import partitions
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply

logger = logging.getLogger(__name__)

BATCH = 5_000
LOST_AFTER = timedelta(minutes=2)  # twice as long as an answer is held
HAS_WORDS = ~Q(text="") | ~Q(viewer_name="")
QUOTES = ~Q(trigger_text="") | ~Q(trigger_viewer_name="")


def keep_event_log(now: datetime) -> None:
    """Make the log's next parts, drop those that are too old, and blank what may not be kept as it is.

    Doing it twice changes nothing, and what was missed is made up for.
    """
    made = partitions.make_partitions(now.date())
    dropped = drop_old_events(now.date())
    blanked = blank_old_words(now)
    logger.info("event log: months made=%d dropped=%d rows blanked=%d", len(made), len(dropped), blanked)


def drop_old_events(today: date) -> list[date]:
    """Drop the months before the last `CHAT_EVENT_RETENTION_MONTHS` whole ones; return them.

    A session's events go all at once, by the month in which it was made.
    """
    oldest = partitions.shift_month(today, -settings.CHAT_EVENT_RETENTION_MONTHS)
    return partitions.drop_partitions(before=oldest)


def blank_old_words(now: datetime) -> int:
    """Empty the words and names of viewers that are older than `CHAT_TEXT_RETENTION_DAYS`.

    What happened, when, and the viewer's hash stay, for the figures. Return the number of rows.
    """
    before = now - timedelta(days=settings.CHAT_TEXT_RETENTION_DAYS)
    with scopes_disabled():
        return _blank_events(before) + _blank_replies(before)


def _blank_events(before: datetime) -> int:
    """Walk the log by its key, so that no row is looked at twice and no lock is held for long."""
    blanked = last_id = 0
    old = ChatEvent.objects.filter(HAS_WORDS, received_at__lt=before, session_month__lte=before.date())
    while ids := list(old.filter(id__gt=last_id).order_by("id").values_list("id", flat=True)[:BATCH]):
        rows = ChatEvent.objects.filter(id__in=ids, session_month__lte=before.date())
        blanked += rows.update(text="", viewer_name="")
        last_id = ids[-1]
    return blanked


def _blank_replies(before: datetime) -> int:
    blanked = 0
    old = Reply.objects.filter(QUOTES, created_at__lt=before)
    while ids := list(old.values_list("id", flat=True)[:BATCH]):
        blanked += Reply.objects.filter(id__in=ids).update(trigger_text="", trigger_viewer_name="")
    return blanked


def expire_held_replies(now: datetime) -> int:
    """Expire what has been held for longer than any live holds it; return how many. Across tenants."""
    held = Reply.objects.filter(status=Reply.Status.HELD, created_at__lt=now - LOST_AFTER)
    return held.update(status=Reply.Status.EXPIRED)
