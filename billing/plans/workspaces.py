"""How many workspaces a person may own, and whose plan a new one uses.

Everybody may own one workspace, with a trial or a plan of its own. Further ones use the plan of an owned
workspace that has room for several, as an agency's.
"""

from django.conf import settings
from django_scopes import scopes_disabled

from billing.errors import PlanRefused
from billing.models.account import BillingAccount
from billing.plans import doors
from billing.plans.catalogue import Limit
from billing.plans.entitlements import Entitlements, account_of, entitlements_of, lock_account, workspaces_of
from tenants.models import Membership, Tenant, User


def require_workspace(owner: User) -> None:
    """Raise `PlanRefused` unless the person may own one more workspace."""
    if not settings.BILLING_ENABLED:
        return
    # Of two first workspaces at once, the second is counted as one.
    User.objects.select_for_update().get(pk=owner.pk)
    refused: PlanRefused | None = None
    for payer in _payers_of(owner, excluding=None):
        lock_account(payer.payer_id)
        refused = doors.refusal(doors.CREATE_WORKSPACE, payer, in_use=len(workspaces_of(payer.payer_id)))
        if refused is None:
            return
    if refused is not None:
        raise refused


def agency_of(tenant: Tenant) -> BillingAccount | None:
    """Return the account whose plan a new workspace uses; None for an owner's first one."""
    if not settings.BILLING_ENABLED:
        return None
    owner = (
        Membership.objects.filter(tenant=tenant, role=Membership.Role.OWNER).select_related("user").first()
    )
    for payer in _payers_of(owner.user, excluding=tenant) if owner else []:
        if doors.refusal(doors.CREATE_WORKSPACE, payer, in_use=len(workspaces_of(payer.payer_id))) is None:
            return account_of(payer.payer_id)
    return None


def _payers_of(owner: User, *, excluding: Tenant | None) -> list[Entitlements]:
    """Return the entitlements of the workspaces that pay for those of a person, the widest plan first."""
    with scopes_disabled():
        owned = Membership.objects.filter(user=owner, role=Membership.Role.OWNER, tenant__closed_at=None)
        ids = [
            each
            for each in owned.values_list("tenant_id", flat=True)
            if excluding is None or each != excluding.id
        ]
    by_payer = {given.payer_id: given for given in map(entitlements_of, ids)}
    return sorted(by_payer.values(), key=lambda given: -given.limits.get(Limit.WORKSPACES, 0))
