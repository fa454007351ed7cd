"""Errors of the overlay."""

from django.utils.translation import gettext_lazy

from tenants.errors import TechnicalError


class OverlayUnreachable(TechnicalError, ConnectionError):
    """Raised when Redis did not accept a message for an overlay. A retry may succeed."""

    code = "overlay_unreachable"
    user_text = gettext_lazy("The live cannot be reached right now. Try again in a moment.")
