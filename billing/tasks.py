"""The background jobs of billing."""

import logging

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from huey import crontab

from billing.ledger.partitions import USAGE_LEDGER
from billing.ledger.reservations import expire_reservations

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


def _renew_connection() -> None:
    """Close broken database connections: the consumer's thread is long-lived and would reuse them."""
    if not connection.in_atomic_block:
        close_old_connections()
