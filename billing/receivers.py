from collections.abc import Callable
from typing import Any

from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from billing.ledger.partitions import USAGE_LEDGER
from billing.plans import doors
from billing.plans.trial import create_account
from billing.plans.workspaces import agency_of, require_workspace
from tenants.models import Tenant, User
from tenants.signals import seat_asked, tenant_asked, tenant_created


@receiver(tenant_asked)
def refuse_workspace_beyond_plan(owner: User, **kwargs: Any) -> None:
    require_workspace(owner)


@receiver(tenant_created)
def create_account_of_tenant(tenant: Tenant, **kwargs: Any) -> None:
    create_account(tenant=tenant, paid_by=agency_of(tenant))


@receiver(seat_asked)
def refuse_seat_beyond_plan(tenant: Tenant, taken: Callable[[], int], **kwargs: Any) -> None:
    doors.require(doors.ADD_MEMBER, tenant.id, in_use=lambda _entitlements: taken())


@receiver(post_migrate, dispatch_uid="make_partitions_of_usage_ledger")
def make_partitions_of_usage_ledger(sender: Any, **kwargs: Any) -> None:
    """Create the partitions of a new installation, before the scheduled job has run."""
    if sender.name == "billing" and USAGE_LEDGER.is_partitioned():
        USAGE_LEDGER.make(timezone.now().date())
