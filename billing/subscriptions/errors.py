"""Errors of payments, each with a code and a sentence for the person who asked."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from django.utils.translation import gettext as _

from tenants.errors import AppError

logger = logging.getLogger(__name__)


class PaymentRefused(AppError):
    """What was asked for is not possible with this workspace's subscription, or Stripe refused it."""

    code = "payment_refused"
    status = 409


class CardDeclined(PaymentRefused):
    """The bank declined the card; nothing was changed and nothing was charged."""

    code = "card_declined"
    status = 402

    def __init__(self) -> None:
        super().__init__(
            _("Your bank declined the card, so nothing was charged or changed. Use another card.")
        )


class PaymentsUnavailable(AppError):
    """Payments are not set up, or Stripe gives no answer now."""

    code = "payments_unavailable"
    status = 503


def not_configured() -> PaymentsUnavailable:
    return PaymentsUnavailable(
        _("Payments are not set up here yet. Write to us, and we will help you."),
        code="payments_not_configured",
    )


def unreachable() -> PaymentsUnavailable:
    return PaymentsUnavailable(
        _("The payment service does not answer, so nothing was charged. Try again soon."),
        code="payments_unreachable",
    )


def refused() -> PaymentRefused:
    return PaymentRefused(
        _("The payment service refused this. Nothing was charged. Load the page again, or write to us.")
    )


@contextmanager
def stripe_errors() -> Iterator[None]:
    """Turn Stripe's errors into those of this module. Its own words go into the log."""
    try:
        yield
    except stripe.CardError as error:
        raise CardDeclined() from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        logger.error("stripe refused our key: %s", error.code)
        raise not_configured() from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        logger.error("stripe refused a request: %s %s", error.code, error.user_message)
        raise refused() from error
    except stripe.StripeError as error:
        logger.warning("stripe gave no answer: %s", type(error).__name__)
        raise unreachable() from error
