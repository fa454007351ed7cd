"""Opens Stripe's API with our version and with bounded waiting, for our calls and for those of dj-stripe."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from uuid import uuid4

import stripe
from django.conf import settings
from djstripe.settings import djstripe_settings

from billing.subscriptions.errors import not_configured, stripe_errors

CONNECT_TIMEOUT_S: Final = 3.0
# Each has the same idempotency key, so that none of them acts twice.
RETRIES: Final = 2
# All requests of one action of a person together.
ACTION_TIME_S: Final = 20.0

_deadline: ContextVar[float | None] = ContextVar("stripe_deadline", default=None)


class BoundedClient(stripe.RequestsClient):  # type: ignore[misc]
    """Gives each request to Stripe a timeout, and all requests inside `time_limit` together another one."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._timeout_s = timeout_s

    def request(self, *args: Any, **kwargs: Any) -> Any:
        _remaining_s()
        return super().request(*args, **kwargs)

    @property
    def _timeout(self) -> tuple[float, float]:
        """Return how long a connection and an answer may take; the parent reads this for each request."""
        remaining_s = min(self._timeout_s, _remaining_s())
        return min(CONNECT_TIMEOUT_S, remaining_s), remaining_s

    @_timeout.setter
    def _timeout(self, value: float) -> None:
        """Ignore what the parent's constructor sets."""


def _remaining_s() -> float:
    """Return the seconds that are left of `time_limit`; raise if there are none."""
    deadline = _deadline.get()
    if deadline is None:
        return float("inf")
    remaining_s = deadline - time.monotonic()
    if remaining_s <= 0:
        raise stripe.APIConnectionError("The time limit for all requests together is over.")
    return remaining_s


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Bound all requests to Stripe of this thread together, as while a transaction is open."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def configure_stripe() -> None:
    """Set what the library keeps for all callers, dj-stripe among them; called once when Django starts.

    Its own defaults wait 80 seconds and try three times. A failed webhook is repeated by Stripe itself.
    """
    stripe.api_version = settings.STRIPE_API_VERSION
    stripe.default_http_client = BoundedClient(settings.STRIPE_TIMEOUT_S)
    stripe.max_network_retries = 0
    stripe.enable_telemetry = False


def secret_key() -> str:
    """Return the key of the mode that is on; raise `PaymentsUnavailable` without one."""
    key: str = djstripe_settings.STRIPE_SECRET_KEY
    if not key:
        raise not_configured()
    return key


@contextmanager
def asking_stripe() -> Iterator[Any]:
    """Give the typed services of Stripe's API, such as `.customers.create(…)`, for one action of a person.

    Waiting is bounded, and errors are those of `billing/subscriptions/errors.py`.
    """
    client = stripe.StripeClient(
        secret_key(),
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses={"api": stripe.api_base},
        http_client=stripe.default_http_client,
        max_network_retries=RETRIES,
    )
    with stripe_errors(), time_limit(ACTION_TIME_S):
        yield client.v1


def once(action: str, *parts: object) -> dict[str, str]:
    """Return options with an idempotency key: an action with equal parts happens once in 24 hours.

    Without parts each call happens, and only its own retries are recognized.
    """
    if not parts:
        return {"idempotency_key": f"{action}-{uuid4()}"}
    digest = hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()
    return {"idempotency_key": f"{action}-{digest[:40]}"}
