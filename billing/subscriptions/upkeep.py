"""What is done about subscriptions without an event: months of yearly plans, lost webhooks, old requests."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django_scopes import scopes_disabled
from djstripe.models import Customer, Event, WebhookEventTrigger

from billing.models.account import BillingAccount
from billing.subscriptions.errors import PaymentRefused, PaymentsUnavailable
from billing.subscriptions.projector import project
from billing.subscriptions.refresh import refresh

logger = logging.getLogger(__name__)

State = BillingAccount.State
# A processed request is of use only while its event may come again; a failed one until somebody has looked.
PROCESSED_KEPT: Final = timedelta(days=30)
FAILED_KEPT: Final = timedelta(days=90)
EVENTS_KEPT: Final = timedelta(days=90)
# A renewal's webhook comes within seconds. Stripe is asked when it is later than this.
LATE: Final = timedelta(minutes=15)


def prune_webhooks(now: datetime) -> int:
    """Delete old webhook requests and events; return how many requests were deleted.

    One request is at most `WEBHOOK_BYTES` of `config/server/limits.py` long, and only signed ones are stored.
    """
    requests = WebhookEventTrigger.objects
    deleted, _ = requests.filter(processed=True, created__lt=now - PROCESSED_KEPT).delete()
    failed, _ = requests.filter(created__lt=now - FAILED_KEPT).delete()
    Event.objects.filter(djstripe_created__lt=now - EVENTS_KEPT).delete()
    return int(deleted + failed)


def keep_accounts(now: datetime) -> None:
    """Project the running yearly plans, and refresh the accounts whose period is over without news."""
    with scopes_disabled():
        running = BillingAccount.objects.filter(state__in=(State.ACTIVE, State.PAST_DUE))
        late = set(running.filter(period_end__lt=now - LATE).values_list("tenant_id", flat=True))
        yearly = set(
            running.filter(interval=BillingAccount.Interval.YEAR).values_list("tenant_id", flat=True)
        )
        customers = Customer.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
        for customer in customers.filter(subscriber__in=yearly - late):
            with transaction.atomic():
                project(customer, now=now)
        for customer in customers.filter(subscriber__in=late):
            _refresh(customer.id)


def _refresh(stripe_id: str) -> None:
    try:
        refresh(stripe_id)
    except (PaymentRefused, PaymentsUnavailable):
        logger.warning("customer %s of Stripe could not be read; tried again in ten minutes", stripe_id)
