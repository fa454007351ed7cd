"""What can go wrong with rehearsals; every message says what to do."""

from django.utils.translation import gettext as _

from tenants.errors import AppError


class RehearsalConflict(AppError):
    """Raised when a rehearsal cannot be asked for now. The message is for the user."""


def too_many_rehearsals() -> RehearsalConflict:
    return RehearsalConflict(
        _("Two rehearsals are under way already. Wait until one of them is done."), code="too_many_rehearsals"
    )


def rehearsals_unreachable() -> RehearsalConflict:
    return RehearsalConflict(
        _("Rehearsals cannot be reached right now. Try again in a moment."),
        code="rehearsals_unreachable",
        status=503,
    )
