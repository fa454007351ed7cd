"""Receives Stripe's webhooks: refuses what Stripe did not sign, then lets dj-stripe update the mirror.

dj-stripe reads each object again from Stripe's API, inside one transaction. Its own view would store a
request before it checks the signature, and would accept a secret from the request's headers with `DEBUG`.
"""

import json
import logging
from typing import Any, Final
from uuid import UUID

import stripe
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django_scopes import scopes_disabled
from djstripe.models import WebhookEndpoint, WebhookEventTrigger

from billing.subscriptions.api import time_limit

logger = logging.getLogger(__name__)

SIGNATURE: Final = "stripe-signature"
# With DEBUG, dj-stripe checks the signature with the secret in this header. Nobody has a use for it here.
CHOSEN_SECRET: Final = "x-djstripe-webhook-secret"  # noqa: S105
# All requests to Stripe's API for one event. Stripe itself waits for an answer a little longer.
EVENT_TIME_S: Final = 15.0


@csrf_exempt
@require_POST
@transaction.non_atomic_requests
def stripe_webhook(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Update the mirror after an event; 400 if Stripe did not sign it, 503 or 500 if it must come again."""
    if SIGNATURE not in request.headers or CHOSEN_SECRET in request.headers:
        return HttpResponseBadRequest()
    with scopes_disabled():
        endpoint = WebhookEndpoint.objects.filter(djstripe_uuid=uuid).first()
        if endpoint is None:
            return HttpResponseNotFound()
        if not is_signed(request, endpoint):
            logger.warning("webhook of Stripe refused: bad or old signature")
            return HttpResponseBadRequest()
        try:
            with time_limit(EVENT_TIME_S):
                trigger = WebhookEventTrigger.from_request(request, webhook_endpoint=endpoint)
        except stripe.StripeError:
            logger.exception("webhook of Stripe failed: its API gave no answer")
            return HttpResponse(status=503)
    return HttpResponse(status=200 if trigger.valid else 400)


def is_signed(request: HttpRequest, endpoint: Any) -> bool:
    """Return whether Stripe signed this body with the endpoint's secret, within its tolerance of time."""
    if not endpoint.secret:
        return False
    signature, tolerance_s = request.headers[SIGNATURE], endpoint.djstripe_tolerance
    try:
        body = request.body.decode()
        stripe.WebhookSignature.verify_header(body, signature, endpoint.secret, tolerance_s)
        return isinstance(json.loads(body), dict)
    except (stripe.SignatureVerificationError, ValueError):
        return False
