"""Errors of plans, limits and payments. Each message says what to do."""

from django.utils.translation import gettext as _

from tenants.errors import AppError

PAYMENT_REQUIRED = 402


class PlanRefused(AppError):
    """Raised by a door when the workspace's plan or its state does not allow an action.

    Pages show the message with a link to the plan page; the API answers `code` and status 402.
    """

    code = "plan_refused"
    status = PAYMENT_REQUIRED


def trial_ended() -> PlanRefused:
    return PlanRefused(
        _("Your trial has ended. Nothing is deleted. Choose a plan to go on."), code="trial_ended"
    )


def payment_overdue() -> PlanRefused:
    return PlanRefused(
        _("A payment is overdue, so this workspace can only be read. Pay the open invoice to go on."),
        code="payment_overdue",
    )


def plan_ended() -> PlanRefused:
    return PlanRefused(
        _("Your plan has ended, so this workspace can only be read. Choose a plan to go on."),
        code="plan_ended",
    )
