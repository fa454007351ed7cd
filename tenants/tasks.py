"""Chores that keep the accounts tidy."""

from django.conf import settings
from django.core.management import call_command
from huey import crontab

chores = settings.QUEUES["chores"]


@chores.periodic_task(crontab(hour="4", minute="10"))  # type: ignore[untyped-decorator]
def clear_expired_log_ins() -> None:
    """Delete the web sessions that have run out."""
    call_command("clearsessions")
