"""Computes the figures of lives in the background, soon after they have ended."""

import logging

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_scopes import scopes_disabled
from huey import crontab

from livesessions.models.sessions import LiveSession
from reports.summary.services import SETTLED_AFTER, summary_of

AT_ONCE = 200

logger = logging.getLogger(__name__)
background_jobs = settings.QUEUES["background"]


@background_jobs.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def summarize_ended_lives() -> None:
    """Store the figures of ended lives that have none yet, the latest first."""
    if not connection.in_atomic_block:
        close_old_connections()
    with scopes_disabled():
        for session in _without_summary():
            summary_of(session)


def _without_summary() -> list[LiveSession]:
    before = timezone.now() - SETTLED_AFTER
    ended = LiveSession.objects.filter(status=LiveSession.Status.ENDED, ended_at__lt=before)
    missing = ended.filter(started_at__isnull=False, summary=None)
    return list(missing.order_by("-ended_at")[:AT_ONCE])
