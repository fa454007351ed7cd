"""What can go wrong in the studio and with rehearsals; every message says what to do."""

from django.utils.translation import gettext as _

from tenants.errors import AppError


class StudioRefusal(AppError):
    """Raised when a line cannot be rehearsed now. The message is for the user."""


def studio_unreachable() -> StudioRefusal:
    return StudioRefusal(
        _("The studio cannot be reached right now. Try again in a moment."),
        code="studio_unreachable",
        status=503,
    )


def studio_busy() -> StudioRefusal:
    return StudioRefusal(_("One rehearsal at a time: wait until the last one has ended."), code="studio_busy")


def studio_crowded() -> StudioRefusal:
    return StudioRefusal(
        _("Many people are rehearsing right now. Try again in a moment."), code="studio_crowded", status=503
    )


def studio_too_often(wait_s: int) -> StudioRefusal:
    words = _("That was a lot of lines in a short time. Try again in %(seconds)d s.")
    return StudioRefusal(words % {"seconds": wait_s}, code="studio_too_often", status=429)


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
