"""Saves to whom a workspace's invoices are addressed, and its own limit per live."""

from collections.abc import Mapping

from django.db import transaction

from billing.models.account import BillingAccount
from billing.plans.entitlements import account_of
from tenants import audit
from tenants.models import Tenant

COMPANY_FIELDS = (
    "company_name",
    "address_line",
    "postal_code",
    "city",
    "province",
    "country",
    "vat_id",
    "fiscal_code",
    "recipient_code",
    "certified_email",
)


def company_of(account: BillingAccount) -> dict[str, str]:
    """Return the company's data by field."""
    return {name: getattr(account, name) for name in COMPANY_FIELDS}


@transaction.atomic
def save_company(*, tenant: Tenant, company: Mapping[str, str]) -> BillingAccount:
    """Store a workspace's company data, which must be checked, and record which fields changed."""
    account = account_of(tenant.id)
    before = company_of(account)
    for name in COMPANY_FIELDS:
        setattr(account, name, company[name])
    account.save(update_fields=COMPANY_FIELDS)
    changes = audit.differences(before, company_of(account))
    if changes:
        audit.record("company.changed", account, label=account.company_name, detail={"changes": changes})
    return account


@transaction.atomic
def save_live_cap(*, tenant: Tenant, micro_eur: int | None) -> None:
    """Store the most that one live of a workspace may cost, in millionths of a euro; None for no limit."""
    account = account_of(tenant.id)
    before, account.live_cap_micro_eur = account.live_cap_micro_eur, micro_eur
    if before != micro_eur:
        account.save(update_fields=["live_cap_micro_eur"])
        detail = {"changes": {"live_cap_micro_eur": {"before": before, "after": micro_eur}}}
        audit.record("live_cap.changed", account, label=tenant.name, detail=detail)
