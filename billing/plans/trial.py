"""The start of a workspace's account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from billing.models.account import BillingAccount
from billing.plans.catalogue import TRIAL_DAYS
from tenants.models import Tenant


def create_account(
    *, tenant: Tenant, paid_by: BillingAccount | None = None, now: datetime | None = None
) -> BillingAccount:
    """Create a workspace's account. Its trial begins now, or when the installation begins to bill.

    One that is paid by an agency has no trial: without the agency it can only be read.
    """
    account = BillingAccount(tenant=tenant, paid_by=paid_by)
    if paid_by is not None:
        account.state = BillingAccount.State.ENDED
    elif settings.BILLING_ENABLED:
        begin_trial(account, now=now or timezone.now())
    account.save(force_insert=True)
    return account


def begin_trial(account: BillingAccount, *, now: datetime) -> None:
    """Set the times of a trial that begins now. Saves nothing."""
    account.trial_ends_at = now + timedelta(days=TRIAL_DAYS)
    account.period_start, account.period_end = now, account.trial_ends_at
    account.state_changed_at = now
