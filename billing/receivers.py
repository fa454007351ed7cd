from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

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
