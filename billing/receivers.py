from typing import Any

from django.db import transaction
from django.db.models.signals import post_migrate, post_save
from django.dispatch import receiver
from django.utils import timezone

from billing.ledger.partitions import USAGE_LEDGER
from billing.models.account import BillingAccount
from billing.plans.entitlements import worker_entitlements
from billing.plans.trial import create_account
from tenants.models import Tenant
from tenants.signals import tenant_created


@receiver(tenant_created)
def create_account_of_tenant(tenant: Tenant, **kwargs: Any) -> None:
    create_account(tenant=tenant)


@receiver(post_save, sender=BillingAccount)
def forget_cached_entitlements(instance: BillingAccount, **kwargs: Any) -> None:
    transaction.on_commit(lambda: worker_entitlements.forget(instance.tenant_id))


@receiver(post_migrate, dispatch_uid="make_partitions_of_usage_ledger")
def make_partitions_of_usage_ledger(sender: Any, **kwargs: Any) -> None:
    """Create the partitions of a new installation, before the scheduled job has run."""
    if sender.name == "billing" and USAGE_LEDGER.is_partitioned():
        USAGE_LEDGER.make(timezone.now().date())
