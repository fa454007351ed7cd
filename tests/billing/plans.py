"""Gives workspaces of tests their plans."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from billing.ledger.grants import grant
from billing.models.account import BillingAccount
from billing.models.ledger import Grant
from billing.plans.catalogue import PLANS, PlanKey
from billing.plans.entitlements import account_of
from tenants.models import Tenant


def give_plan(
    tenant: Tenant, plan: str = "self", state: str = BillingAccount.State.ACTIVE, **values: Any
) -> BillingAccount:
    """Give a workspace a plan in a state whose times have not run out, with a month's credit."""
    account = account_of(tenant.id)
    later = timezone.now() + timedelta(days=5)
    times = {"trial_ends_at": later, "grace_until": later if state == "past_due" else None}
    for name, value in {"plan": plan, "state": state, **times, **values}.items():
        setattr(account, name, value)
    account.save()
    for meter, quantity in PLANS[PlanKey(plan)].grants.items():
        grant(
            tenant_id=tenant.id,
            meter=meter,
            quantity=quantity,
            source=Grant.Source.PLAN,
            key=f"test:{tenant.id}:{plan}:{meter}",
            starts_at=timezone.now() - timedelta(minutes=1),
            expires_at=None,
        )
    return account
