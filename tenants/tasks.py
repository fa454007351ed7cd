"""Background jobs of the accounts."""

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from huey import crontab

from tenants.audit import erase_old_entries

chores = settings.QUEUES["chores"]


@chores.periodic_task(crontab(hour="4", minute="10"))  # type: ignore[untyped-decorator]
def clear_expired_log_ins() -> None:
    """Delete the web sessions that have run out."""
    call_command("clearsessions")


@chores.periodic_task(crontab(hour="4", minute="20"))  # type: ignore[untyped-decorator]
def erase_old_audit_entries() -> None:
    """Delete the audit entries that are older than the installation keeps them."""
    erase_old_entries(timezone.now())
