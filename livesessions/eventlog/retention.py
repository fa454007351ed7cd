"""Deletes old chat: first viewers' texts and names, later the event log's whole months."""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django_scopes import scopes_disabled

from livesessions.eventlog.partitions import EVENT_LOG
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply, ReplyAudio
from providers.partitions import shift_month

logger = logging.getLogger(__name__)

BATCH = 5_000
LOST_AFTER = timedelta(minutes=2)  # twice as long as a reply is held, or a line is queued
WAITING = (Reply.Status.HELD, Reply.Status.QUEUED)
HAS_TEXT = ~Q(text="") | ~Q(viewer_name="")
QUOTES = ~Q(trigger_text="") | ~Q(trigger_viewer_name="")


def maintain_event_log(now: datetime) -> None:
    """Create the next partitions, drop expired ones, and erase expired texts and names.

    Idempotent; a run also does the work of missed runs.
    """
    made = EVENT_LOG.make(now.date())
    dropped = drop_old_events(now.date())
    erased = erase_old_texts(now)
    forgotten = delete_old_audio(now)
    logger.info("audio of replies deleted: %d", forgotten)
    logger.info("event log: months created=%d dropped=%d rows erased=%d", len(made), len(dropped), erased)


def drop_old_events(today: date) -> list[date]:
    """Drop the months before the last `CHAT_EVENT_RETENTION_MONTHS` whole ones; return them.

    All events of a session belong to the month in which the session was created.
    """
    oldest = shift_month(today, -settings.CHAT_EVENT_RETENTION_MONTHS)
    return EVENT_LOG.drop(before=oldest)


def erase_old_texts(now: datetime) -> int:
    """Erase viewers' texts and names older than `CHAT_TEXT_RETENTION_DAYS`; return the number of rows.

    The kind and time of each event and the viewer's hash stay, for statistics.
    """
    before = now - timedelta(days=settings.CHAT_TEXT_RETENTION_DAYS)
    with scopes_disabled():
        return _erase_events(before) + _erase_replies(before)


def delete_old_audio(now: datetime) -> int:
    """Delete the audio of replies older than `REPLY_AUDIO_RETENTION_DAYS`; return how many they were.

    A receiver deletes each row's file.
    """
    before = now - timedelta(days=settings.REPLY_AUDIO_RETENTION_DAYS)
    deleted = 0
    with scopes_disabled():
        old = ReplyAudio.objects.filter(created_at__lt=before)
        while ids := list(old.values_list("id", flat=True)[:BATCH]):
            deleted += ReplyAudio.objects.filter(id__in=ids).delete()[0]
    return deleted


def _erase_events(before: datetime) -> int:
    """Erase in batches by primary key, so that each row is read once and no lock is held for long."""
    erased = last_id = 0
    old = ChatEvent.objects.filter(HAS_TEXT, received_at__lt=before, session_month__lte=before.date())
    while ids := list(old.filter(id__gt=last_id).order_by("id").values_list("id", flat=True)[:BATCH]):
        rows = ChatEvent.objects.filter(id__in=ids, session_month__lte=before.date())
        erased += rows.update(text="", viewer_name="")
        last_id = ids[-1]
    return erased


def _erase_replies(before: datetime) -> int:
    erased = 0
    old = Reply.objects.filter(QUOTES, created_at__lt=before)
    while ids := list(old.values_list("id", flat=True)[:BATCH]):
        erased += Reply.objects.filter(id__in=ids).update(trigger_text="", trigger_viewer_name="")
    return erased


def expire_waiting_replies(now: datetime) -> int:
    """Expire replies held or queued for longer than any live does; return their number. Across tenants."""
    waiting = Reply.objects.filter(status__in=WAITING, created_at__lt=now - LOST_AFTER)
    return waiting.update(status=Reply.Status.EXPIRED)
