"""Processes a stored webhook again, as the staff ask for it after a fault is mended."""

import logging
from traceback import format_exc
from typing import Any

from django.db import transaction
from djstripe.models import Customer, Event
from djstripe.settings import djstripe_settings

from billing.subscriptions.api import time_limit
from billing.subscriptions.mirror import lock_customer
from billing.subscriptions.projector import project
from billing.subscriptions.receivers import subject_of
from billing.subscriptions.webhooks import EVENT_TIME_S
from tenants import audit

logger = logging.getLogger(__name__)


def replay(trigger: Any) -> bool:
    """Process the event of a stored webhook again, whether or not it was processed; return if it worked.

    Objects are read again from Stripe, so that an old event brings the present state. It is audited, and
    what went wrong stands in the webhook's row. Only a webhook that Stripe signed may be replayed.
    """
    if not trigger.valid:
        raise ValueError("Stripe did not sign this webhook.")
    trigger.exception, trigger.traceback = "", ""
    try:
        with transaction.atomic(), time_limit(EVENT_TIME_S):
            _process(trigger)
    except Exception as error:  # whatever it is: staff read it in the row
        logger.exception("webhook of Stripe failed when it was replayed")
        trigger.exception = str(error)[: type(trigger)._meta.get_field("exception").max_length]
        trigger.traceback = format_exc()
    worked = not trigger.traceback
    trigger.processed = worked
    with transaction.atomic():
        trigger.save()
        detail = {"event": str(trigger.json_body["id"]), "worked": worked}
        customer = Customer.objects.filter(id=subject_of(trigger)).first()
        target = customer.subscriber if customer else None
        audit.record("webhook.replayed", target, label=str(trigger.json_body["type"]), detail=detail)
    return worked


def _process(trigger: Any) -> None:
    """Do what the first processing does: update the mirror, then project the customer of the event."""
    lock_customer(subject_of(trigger))
    known = Event.objects.filter(id=trigger.json_body["id"]).first()
    if known is None:
        key = djstripe_settings.get_default_api_key(trigger.json_body["livemode"])
        trigger.event = Event.process(trigger.json_body, api_key=key)
    else:
        trigger.event = known
        known.invoke_webhook_handlers()
    customer = Customer.objects.filter(id=subject_of(trigger)).first()
    if customer is not None:
        project(customer)
