"""Background jobs of workspaces and log-ins."""

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from huey import crontab

from tenants.audit import erase_old_entries
from tenants.models import Tenant
from tenants.services import delete_tenant

background_jobs = settings.QUEUES["background"]


@background_jobs.periodic_task(crontab(hour="4", minute="10"))  # type: ignore[untyped-decorator]
def clear_expired_log_ins() -> None:
    """Delete expired log-in sessions."""
    call_command("clearsessions")


@background_jobs.periodic_task(crontab(hour="4", minute="20"))  # type: ignore[untyped-decorator]
def erase_old_audit_entries() -> None:
    """Delete the audit entries older than `AUDIT_RETENTION_DAYS`."""
    erase_old_entries(timezone.now())


@background_jobs.task()  # type: ignore[untyped-decorator]
def delete_closed_tenants() -> None:
    """Delete the workspaces that their owners have closed."""
    for tenant in Tenant.objects.exclude(closed_at=None):
        delete_tenant(tenant=tenant)


@background_jobs.periodic_task(crontab(hour="4", minute="30"))  # type: ignore[untyped-decorator]
def delete_left_over_tenants() -> None:
    """Delete the closed workspaces whose job was lost."""
    delete_closed_tenants.call_local()
