"""What can go wrong with the set-up of a show; every message says what to do."""

from django.utils.translation import gettext as _

from livesessions.shows.limits import MAX_QUESTIONS, MAX_SEGMENTS
from tenants.errors import AppError


class ShowConflict(AppError):
    """Raised when a show's plan or its questions do not take a change. The message is for the user."""


def choice_is_gone() -> ShowConflict:
    return ShowConflict(_("Somebody has just deleted what you chose. Choose another."), code="choice_is_gone")


def plan_is_full() -> ShowConflict:
    return ShowConflict(
        _("A plan has at most %(most)d segments.") % {"most": MAX_SEGMENTS}, code="plan_is_full"
    )


def plan_is_not_empty() -> ShowConflict:
    return ShowConflict(
        _("This plan has segments already. Only an empty plan can be filled."), code="plan_is_not_empty"
    )


def questions_are_full() -> ShowConflict:
    return ShowConflict(
        _("A show has at most %(most)d questions of its own.") % {"most": MAX_QUESTIONS},
        code="questions_are_full",
    )


def show_is_live() -> ShowConflict:
    return ShowConflict(_("This show is already live. End it first."), code="show_is_live")
