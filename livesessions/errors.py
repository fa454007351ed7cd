"""What users can do wrong with a live; every message says what to do."""

from django.utils.translation import gettext as _


class SessionConflict(Exception):
    """Raised when a command does not fit the state that a live is in. The message is for the user."""


def already_active() -> SessionConflict:
    return SessionConflict(_("This live is already on air. Stop it before you start it again."))


def already_ended() -> SessionConflict:
    return SessionConflict(_("This live has ended. Prepare a new one to go on air again."))


def not_on_air() -> SessionConflict:
    return SessionConflict(_("This live is not on air yet. Start it first."))


def show_is_taken() -> SessionConflict:
    return SessionConflict(_("This show has a live that has not ended. Stop it before you prepare another."))


def handle_missing() -> SessionConflict:
    return SessionConflict(_("This show has no TikTok handle. Add one, or choose the simulated chat."))
