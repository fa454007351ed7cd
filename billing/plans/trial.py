"""The start of a workspace's account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from billing.ledger.grants import grant
from billing.models.account import BillingAccount
from billing.models.ledger import Grant
from billing.plans.catalogue import PLANS, TRIAL_DAYS, PlanKey
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
    account.save(force_insert=True)
    if settings.BILLING_ENABLED and paid_by is None:
        begin_trial(account, now=now or timezone.now())
        account.save()
    return account


def begin_trial(account: BillingAccount, *, now: datetime) -> None:
    """Set the times of a trial that begins now, and grant its credit. Does not save the account."""
    account.trial_ends_at = now + timedelta(days=TRIAL_DAYS)
    account.period_start, account.period_end = now, account.trial_ends_at
    account.state_changed_at = now
    for meter, quantity in PLANS[PlanKey.TRIAL].grants.items():
        grant(
            tenant_id=account.tenant_id,
            meter=meter,
            quantity=quantity,
            source=Grant.Source.TRIAL,
            key=f"trial:{account.tenant_id}:{meter}",
            starts_at=now,
            expires_at=account.trial_ends_at,
        )
