"""Errors that users of rehearsals can cause; every message says what to do."""

from django.utils.translation import gettext as _

from tenants.errors import AppError


class RehearsalConflict(AppError):
    """Raised when a rehearsal cannot be started now."""


def too_many_rehearsals() -> RehearsalConflict:
    """Return the error for a workspace that runs as many rehearsals as it may."""
    return RehearsalConflict(
        _("Two rehearsals are running already. Wait until one of them ends."), code="too_many_rehearsals"
    )


def rehearsals_unreachable() -> RehearsalConflict:
    """Return the error for a queue that does not answer."""
    return RehearsalConflict(
        _("Rehearsals are not available right now. Try again in a moment."),
        code="rehearsals_unreachable",
        status=503,
    )
