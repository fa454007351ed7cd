"""Reads a customer's objects at Stripe again, where a webhook is late or was lost."""

from typing import Final

from django.db import transaction
from django_scopes import scopes_disabled
from djstripe.models import Customer, Invoice, Session, Subscription

from billing.subscriptions.api import asking_stripe
from billing.subscriptions.mirror import customer_of, lock_customer
from billing.subscriptions.projector import project
from tenants.models import Tenant

# The newest objects of each kind that are read; older ones do not change any more.
NEWEST: Final = 10


def refresh_tenant(tenant: Tenant) -> bool:
    """Read what a workspace has bought again from Stripe; return False if it never bought anything."""
    customer = customer_of(tenant)
    if customer is not None:
        refresh(customer.id)
    return customer is not None


def refresh(stripe_id: str) -> None:
    """Bring the mirror of a customer and its account up to date, as its webhooks would.

    The requests run inside a transaction, so that no webhook stores something older meanwhile.
    """
    with asking_stripe() as api, scopes_disabled(), transaction.atomic():
        lock_customer(stripe_id)
        asked = {"customer": stripe_id, "limit": NEWEST}
        for subscription in api.subscriptions.list({**asked, "status": "all"}).data:
            Subscription.sync_from_stripe_data(subscription)
        for invoice in api.invoices.list(asked).data:
            Invoice.sync_from_stripe_data(invoice)
        for session in api.checkout.sessions.list({**asked, "expand": ["data.line_items"]}).data:
            if session.status == "complete":
                Session.sync_from_stripe_data(session)
        project(Customer.objects.get(id=stripe_id))
