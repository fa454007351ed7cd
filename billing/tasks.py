"""The background jobs of billing."""

import logging

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from huey import crontab

from billing.ledger.partitions import USAGE_LEDGER
from billing.ledger.reservations import expire_reservations
from billing.ledger.warning_mails import claim_warnings, send_warning
from billing.subscriptions.upkeep import keep_accounts, prune_webhooks

logger = logging.getLogger(__name__)
background_jobs = settings.QUEUES["background"]


# A run fails when it cannot get a lock in time; within an hour of retries the ledger is quiet enough.
@background_jobs.periodic_task(crontab(hour="3", minute="27"), retries=12, retry_delay=300)  # type: ignore[untyped-decorator]
def keep_usage_ledger() -> None:
    """Create the ledger's next partitions."""
    _renew_connection()
    made = USAGE_LEDGER.make(timezone.now().date())
    logger.info("usage ledger: months created=%d", len(made))


@background_jobs.periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def keep_reservations() -> None:
    """Mark the reservations that nobody has settled in time."""
    _renew_connection()
    expire_reservations()


@background_jobs.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def keep_credit_warnings() -> None:
    """Send the new warnings by e-mail; each address has a job that is retried alone."""
    _renew_connection()
    claim_warnings(lambda warning_id, address: mail_warning(warning_id, address))


# Within two hours of retries a mail server is back.
@background_jobs.task(retries=12, retry_delay=600)  # type: ignore[untyped-decorator]
def mail_warning(warning_id: int, address: str) -> None:
    """Send one warning to one address."""
    _renew_connection()
    send_warning(warning_id, address)


@background_jobs.periodic_task(crontab(hour="3", minute="45"))  # type: ignore[untyped-decorator]
def prune_stripe_webhooks() -> None:
    """Delete old requests and events of Stripe."""
    _renew_connection()
    prune_webhooks(timezone.now())


@background_jobs.periodic_task(crontab(minute="*/10"))  # type: ignore[untyped-decorator]
def keep_stripe_accounts() -> None:
    """Grant the months of yearly plans, and ask Stripe where a webhook is late."""
    _renew_connection()
    if settings.BILLING_ENABLED:
        keep_accounts(timezone.now())


def _renew_connection() -> None:
    """Close broken database connections: the consumer's thread is long-lived and would reuse them."""
    if not connection.in_atomic_block:
        close_old_connections()
