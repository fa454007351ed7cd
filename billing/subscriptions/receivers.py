"""Links mirrored customers to their workspaces, and runs the projector after each event of Stripe."""

import logging
from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from djstripe.models import Charge, Customer
from djstripe.signals import webhook_post_process, webhook_pre_validate

from billing.subscriptions.customers import workspace_in
from billing.subscriptions.mirror import lock_customer
from billing.subscriptions.projector import project

logger = logging.getLogger(__name__)


@receiver(pre_save, sender=Customer)
def link_workspace(instance: Any, **kwargs: Any) -> None:
    """Set the workspace of a customer each time that the mirror stores what Stripe says of it.

    What names no workspace leaves a link that exists: somebody may have emptied the metadata by mistake.
    """
    found = workspace_in(instance.stripe_data.get("metadata"))
    if found is not None:
        instance.subscriber_id = found


@receiver(webhook_pre_validate)
def take_turns(instance: Any, **kwargs: Any) -> None:
    """Let the events about one customer wait for each other, until their transactions end."""
    lock_customer(subject_of(instance))


@receiver(webhook_post_process)
def project_customer_of_event(instance: Any, **kwargs: Any) -> None:
    """Bring the account up to date. Runs for a repeated event too, which dj-stripe does not process again."""
    customer = Customer.objects.filter(id=subject_of(instance)).first()
    if customer is not None:
        project(customer)


def subject_of(trigger: Any) -> str:
    """Return the id of the customer that an event is about; of the object itself if there is none.

    A dispute names its charge only.
    """
    found = (trigger.json_body.get("data") or {}).get("object") or {}
    customer = found.get("customer")
    if isinstance(customer, dict):
        customer = customer.get("id")
    if not customer and isinstance(charge := found.get("charge"), str):
        customer = Charge.objects.filter(id=charge).values_list("customer_id", flat=True).first()
    return str(customer or found.get("id") or "")
