"""Sends a workspace to Stripe's customer portal: cards, address, invoices, change and cancellation."""

from typing import Final

from django.utils.translation import gettext as _

from billing.subscriptions.api import asking_stripe, once
from billing.subscriptions.errors import PaymentRefused
from billing.subscriptions.mirror import customer_of
from tenants import audit
from tenants.models import Tenant

# Marks our configuration of the portal among others of the same account.
PORTAL_MARK: Final = "vivavoce_portal"


def open_portal(tenant: Tenant, *, return_url: str) -> str:
    """Return the address of a portal session, which works for some minutes and for this customer only.

    Raise `PaymentRefused` if the workspace has never bought anything.
    """
    customer = customer_of(tenant)
    if customer is None:
        raise never_bought()
    asked = {"customer": customer.id, "return_url": return_url, "locale": tenant.language}
    with asking_stripe() as api:
        if configuration := portal_configuration(api):
            asked["configuration"] = configuration
        session = api.billing_portal.sessions.create(asked, once("portal"))
    audit.record("portal.opened", tenant)
    return str(session.url)


def portal_configuration(api: object) -> str:
    """Return the id of our configuration; empty if the catalogue was never synced."""
    listed = api.billing_portal.configurations.list({"active": True, "limit": 100})  # type: ignore[attr-defined]
    ours = [each.id for each in listed.data if PORTAL_MARK in (each.metadata or {})]
    return ours[0] if ours else ""


def never_bought() -> PaymentRefused:
    return PaymentRefused(
        _("This workspace has not bought anything yet, so there is nothing to manage. Choose a plan first."),
        code="no_customer",
    )
