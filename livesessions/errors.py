"""What users can do wrong with a live; every message says what to do."""

from django.utils.translation import gettext as _


class SessionConflict(Exception):
    """Raised when a command does not fit the state that a live is in. The message is for the user."""


class BridgeUnreachable(Exception):
    """Raised when the way from a bridge to the live's worker is interrupted; what was sent is not taken."""


class CommandUnreachable(Exception):
    """Raised when a command that is on no row did not get through; the next try may pass."""


def already_ended() -> SessionConflict:
    return SessionConflict(_("This live has ended. Prepare a new one to go on air again."))


def not_on_air() -> SessionConflict:
    return SessionConflict(_("This live is not on air yet. Start it first."))


def show_is_taken() -> SessionConflict:
    return SessionConflict(_("This show has a live that has not ended. Stop it before you prepare another."))


def handle_missing() -> SessionConflict:
    return SessionConflict(_("This show has no TikTok handle. Add one, or choose the simulated chat."))
