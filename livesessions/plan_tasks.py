"""The background job that holds running lives to their plan. It stands above the services that it calls."""

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_scopes import scopes_disabled
from huey import crontab

from livesessions.services.plan_grace import review_lives

background_jobs = settings.QUEUES["background"]


@background_jobs.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def end_lives_beyond_plan() -> None:
    """Warn and end the lives whose workspace may not be on air any more."""
    if not settings.BILLING_ENABLED:
        return
    if not connection.in_atomic_block:
        close_old_connections()
    with scopes_disabled():
        review_lives(now=timezone.now())
