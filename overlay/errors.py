"""Errors of the overlay."""

from django.utils.translation import gettext_lazy

from tenants.errors import TechnicalError


class OverlayUnreachable(TechnicalError, ConnectionError):
    """Raised when Redis did not take a message for an overlay; the next try may pass."""

    code = "overlay_unreachable"
    user_words = gettext_lazy("The live cannot be reached right now. Try again in a moment.")
