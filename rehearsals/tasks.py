"""Background jobs of rehearsals, on the `background` queue."""

from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_scopes import scopes_disabled
from huey import crontab

from rehearsals.rehearsal import runner

background_jobs = settings.QUEUES["background"]


@background_jobs.task()  # type: ignore[untyped-decorator]
def run_rehearsal(rehearsal_id: str) -> None:
    """Run a waiting rehearsal and store its report."""
    _renew_connection()
    with scopes_disabled():
        runner.run_rehearsal(UUID(rehearsal_id))


@background_jobs.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def expire_rehearsals() -> None:
    """Fail rehearsals that lost their worker, and delete those past the retention time."""
    _renew_connection()
    with scopes_disabled():
        runner.expire_rehearsals(timezone.now())


def _renew_connection() -> None:
    """Drop a broken database connection: the consumer's thread outlives many of them."""
    if not connection.in_atomic_block:
        close_old_connections()
