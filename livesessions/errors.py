"""Errors of commands to a live; every message says what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.errors import AppError, TechnicalError

OUT_OF_REACH = gettext_lazy("The live cannot be reached right now. Try again in a moment.")


class SessionConflict(AppError):
    """Raised when a command does not fit the state of a live. The message is for the user."""


class IntakeUnreachable(TechnicalError):
    """Raised when posted events cannot be stored for the live's worker; none of them is accepted."""

    code = "intake_unreachable"
    user_text = OUT_OF_REACH


class CommandUnreachable(TechnicalError):
    """Raised when a command that is not stored in the database could not be sent; a retry may succeed."""

    code = "command_unreachable"
    user_text = OUT_OF_REACH


def already_ended() -> SessionConflict:
    return SessionConflict(
        _("This live has ended. Prepare a new one to go on air again."), code="already_ended"
    )


def not_on_air() -> SessionConflict:
    return SessionConflict(_("This live is not on air yet. Start it first."), code="not_on_air")


def viewer_unknown() -> SessionConflict:
    return SessionConflict(
        _("This message is not saved yet, or has no author. Try again in a moment."),
        code="viewer_unknown",
    )


def show_is_taken() -> SessionConflict:
    return SessionConflict(
        _("This show is already live. End it first."),
        code="show_is_taken",
    )


def show_is_archived() -> SessionConflict:
    return SessionConflict(
        _("This show is in the archive. Take it out first, then go live."), code="show_is_archived"
    )


def handle_missing() -> SessionConflict:
    return SessionConflict(
        _("This show has no TikTok handle. Add one, or choose the simulated chat."), code="handle_missing"
    )


def shopping_live() -> SessionConflict:
    return SessionConflict(
        _(
            "TikTok does not allow an AI voice in TikTok Shop lives, and this show is marked as one. "
            "If it is not one, remove the mark in the show, then try again."
        ),
        code="shopping_live",
    )


def reply_unknown() -> SessionConflict:
    return SessionConflict(
        _("This answer is not saved yet, or belongs to another live. Try again in a moment."),
        code="reply_unknown",
    )


def reply_expired() -> SessionConflict:
    return SessionConflict(
        _("This answer was not approved within 60 seconds and has expired."), code="reply_expired"
    )


def reply_decided() -> SessionConflict:
    return SessionConflict(_("This answer was already approved or rejected."), code="reply_decided")


def reply_refused(why: str) -> SessionConflict:
    return SessionConflict(
        _("Your rules block this text: %(why)s. Change the text, or reject the answer.") % {"why": why},
        code="reply_refused",
    )


def text_refused(why: str) -> SessionConflict:
    return SessionConflict(
        _("Your rules block this text: %(why)s. Change the text.") % {"why": why}, code="text_refused"
    )


def message_refused(why: str) -> SessionConflict:
    return SessionConflict(
        _("Your rules block this message: %(why)s. Your host does not answer it.") % {"why": why},
        code="message_refused",
    )


def message_deleted() -> SessionConflict:
    return SessionConflict(
        _("A moderator of the live deleted this message, so your host does not answer it."),
        code="message_deleted",
    )


def quick_lines_full(limit: int) -> SessionConflict:
    return SessionConflict(
        _("A show has at most %(limit)s quick lines. Remove one first.") % {"limit": limit},
        code="quick_lines_full",
    )


def poll_refused(why: str) -> SessionConflict:
    return SessionConflict(
        _("Your rules block this text: %(why)s. Reword the poll.") % {"why": why},
        code="poll_refused",
    )
