"""A workspace's customer at Stripe: made at the first purchase, with the company's data on its invoices."""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django_scopes import scopes_disabled
from djstripe.models import Customer

from billing.models.account import BillingAccount
from billing.plans.entitlements import account_of
from billing.subscriptions.api import asking_stripe, once
from billing.subscriptions.errors import CardDeclined, PaymentRefused, PaymentsUnavailable
from billing.subscriptions.mirror import customer_of
from tenants.models import Tenant

SUBSCRIBER: Final = "djstripe_subscriber"  # in a customer's metadata: the id of its workspace
TAX_ID_KINDS: Final = {"GB": "gb_vat", "CH": "ch_vat", "NO": "no_vat"}  # of all others `eu_vat`
# What only the Italian e-invoice needs; Stripe keeps it beside the customer.
INVOICE_FIELDS: Final = ("recipient_code", "certified_email", "fiscal_code")


def workspace_in(metadata: object) -> UUID | None:
    """Return the id of the workspace that a customer's metadata name; None if they name none of ours.

    Anybody with access to the Stripe account can write them, so that they may contain anything.
    """
    named = metadata.get(SUBSCRIBER) if isinstance(metadata, dict) else None
    try:
        tenant_id = UUID(named if isinstance(named, str) else "")
    except ValueError:
        return None
    return tenant_id if Tenant.objects.filter(id=tenant_id).exists() else None


def ensure_customer(tenant: Tenant) -> Any:
    """Return the mirror of a workspace's customer; create it at Stripe if there is none."""
    found = customer_of(tenant)
    if found is not None:
        return found
    asked = _customer_fields(tenant, account_of(tenant.id))
    with asking_stripe() as api, scopes_disabled():
        answer = api.customers.create(asked, once("customer", tenant.id))
        return Customer.sync_from_stripe_data(answer)


def push_company(tenant: Tenant) -> None:
    """Send a workspace's company data to Stripe, if it is a customer there; its next invoices have them.

    Raise `PaymentRefused` if Stripe does not accept the VAT id.
    """
    customer = customer_of(tenant)
    if customer is None:
        return
    account = account_of(tenant.id)
    with asking_stripe() as api, scopes_disabled():
        answer = api.customers.update(customer.id, _customer_fields(tenant, account), once("company"))
        Customer.sync_from_stripe_data(answer)
        known = {each.value: each.id for each in api.customers.tax_ids.list(customer.id).data}
        for value, tax_id in known.items():
            if value != account.vat_id:
                api.customers.tax_ids.delete(customer.id, tax_id)
    if account.vat_id and account.vat_id not in known:
        _add_vat_id(customer.id, account.vat_id)


def _add_vat_id(stripe_id: str, vat_id: str) -> None:
    kind = TAX_ID_KINDS.get(vat_id[:2], "eu_vat")
    try:
        with asking_stripe() as api:
            api.customers.tax_ids.create(stripe_id, {"type": kind, "value": vat_id}, once("vat"))
    except (CardDeclined, PaymentsUnavailable):
        raise
    except PaymentRefused as refused:
        raise PaymentRefused(
            _("The payment service does not know this VAT ID. Check it, or leave it empty."),
            code="vat_id_refused",
        ) from refused


def _customer_fields(tenant: Tenant, account: BillingAccount) -> dict[str, Any]:
    address = {
        "line1": account.address_line,
        "postal_code": account.postal_code,
        "city": account.city,
        "state": account.province,
        "country": account.country,
    }
    fields: dict[str, Any] = {
        "email": tenant.email,
        "name": account.company_name or tenant.name,
        "preferred_locales": [tenant.language],
        "metadata": {SUBSCRIBER: str(tenant.pk), **{name: getattr(account, name) for name in INVOICE_FIELDS}},
    }
    return fields | ({"address": address} if account.country else {})
