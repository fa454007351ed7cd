"""The start of a workspace's account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from billing.models.account import BillingAccount
from billing.plans.catalogue import TRIAL_DAYS
from tenants.models import Tenant


def create_account(*, tenant: Tenant, now: datetime | None = None) -> BillingAccount:
    """Create a workspace's account. Its trial begins now, or when the installation begins to bill."""
    account = BillingAccount(tenant=tenant)
    if settings.BILLING_ENABLED:
        begin_trial(account, now=now or timezone.now())
    account.save(force_insert=True)
    return account


def begin_trial(account: BillingAccount, *, now: datetime) -> None:
    """Set the times of a trial that begins now. Saves nothing."""
    account.trial_ends_at = now + timedelta(days=TRIAL_DAYS)
    account.period_start, account.period_end = now, account.trial_ends_at
    account.state_changed_at = now
