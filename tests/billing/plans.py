"""Gives workspaces of tests their plans."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from billing.models.account import BillingAccount
from billing.plans.entitlements import account_of
from tenants.models import Tenant


def give_plan(
    tenant: Tenant, plan: str = "self", state: str = BillingAccount.State.ACTIVE, **values: Any
) -> BillingAccount:
    """Give a workspace a plan in a state whose times have not run out, as the projector would."""
    account = account_of(tenant.id)
    later = timezone.now() + timedelta(days=5)
    times = {"trial_ends_at": later, "grace_until": later if state == "past_due" else None}
    for name, value in {"plan": plan, "state": state, **times, **values}.items():
        setattr(account, name, value)
    account.save()
    return account
