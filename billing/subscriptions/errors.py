"""What a caller of Stripe's services must handle, each with a sentence for the person who asked."""

from django.utils.translation import gettext as _

from tenants.errors import AppError


class StripeNotConfigured(AppError):
    """No secret key is set for the mode that is on."""

    code = "payments_not_configured"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Payments are not set up here yet. Write to us, and we will help you."))


class StripeUnreachable(AppError):
    """Stripe gave no answer, or said that it cannot answer now."""

    code = "payments_unreachable"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("The payment service does not answer, so nothing was charged. Try again soon."))
