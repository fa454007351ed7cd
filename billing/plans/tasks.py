"""The background jobs of plans."""

from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_scopes import scopes_disabled
from huey import crontab

from billing.mails import readers_of
from billing.models.account import BillingAccount
from billing.plans.notices import Notice, deliver_notice
from billing.plans.states import move_accounts

background_jobs = settings.QUEUES["background"]


@background_jobs.periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def move_accounts_on() -> None:
    """End trials and graces whose time is over, and send the mails that are due."""
    _renew_connection()
    move_accounts(now=timezone.now(), send=queue_notice)


def queue_notice(account: BillingAccount, notice: Notice) -> None:
    """Queue a mail to each person who sees the workspace's money; each has a job that is retried alone."""
    with scopes_disabled():
        for address in readers_of(account.tenant_id):
            send_notice(str(account.tenant_id), notice.value, address)


# Within two hours of retries a mail server is back.
@background_jobs.task(retries=12, retry_delay=600)  # type: ignore[untyped-decorator]
def send_notice(tenant_id: str, notice: str, address: str) -> None:
    """Send one mail."""
    _renew_connection()
    with scopes_disabled():
        account = BillingAccount.objects.select_related("tenant").filter(tenant_id=UUID(tenant_id)).first()
        if account is not None:
            deliver_notice(account, Notice(notice), to=address)


def _renew_connection() -> None:
    """Close broken database connections: the consumer's thread is long-lived and would reuse them."""
    if not connection.in_atomic_block:
        close_old_connections()
