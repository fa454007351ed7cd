"""The mails about a trial's and a grace's end: which one is due, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing.mails import send_money_mail, words_of
from billing.models.account import BillingAccount
from billing.plans.catalogue import GRACE_DAYS, PlanKey

State = BillingAccount.State

TRIAL_ENDING_BEFORE = timedelta(days=3)
LAST_DAY = timedelta(days=1)
GRACE = timedelta(days=GRACE_DAYS)


class Notice(StrEnum):
    """A mail of one state of an account. Each is sent once while the state lasts."""

    TRIAL_ENDING = "trial_ending"
    TRIAL_ENDED = "trial_ended"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_REMINDER = "payment_reminder"
    PAYMENT_LAST_DAY = "payment_last_day"
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A mail's subject and text; `action` is its button's text."""

    subject: str
    text: str
    action: str


def due_notice(account: BillingAccount, *, now: datetime) -> Notice | None:
    """Return the mail that an account's state calls for now, unless it or a later one was sent."""
    notice = _notice_at(account, now)
    places = {each.value: place for place, each in enumerate(Notice)}
    last = max((places.get(each, -1) for each in account.sent_notices), default=-1)
    return notice if notice is not None and places[notice] > last else None


def _notice_at(account: BillingAccount, now: datetime) -> Notice | None:
    if account.state == State.TRIAL and account.trial_ends_at is not None:
        return Notice.TRIAL_ENDING if account.trial_ends_at - now <= TRIAL_ENDING_BEFORE else None
    if account.state == State.PAST_DUE and account.grace_until is not None:
        left = account.grace_until - now
        if left <= LAST_DAY:
            return Notice.PAYMENT_LAST_DAY
        return Notice.PAYMENT_REMINDER if left <= GRACE / 2 else Notice.PAYMENT_FAILED
    if account.state == State.READ_ONLY:
        return Notice.TRIAL_ENDED if account.plan == PlanKey.TRIAL else Notice.READ_ONLY
    return None


def deliver_notice(account: BillingAccount, notice: Notice, *, to: str) -> None:
    """Send a mail to one address."""
    with words_of(account.tenant):
        words = _TEXTS[notice](account)
        send_money_mail(
            account.tenant,
            to=to,
            subject=words.subject,
            text=words.text,
            page="billing:plan_list",
            action=words.action,
        )


def _day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT") if at else ""


def _trial_ending(account: BillingAccount) -> NoticeText:
    return NoticeText(
        _("Your trial ends soon"),
        _(
            "Your trial ends on %(day)s. Choose a plan until then, and nothing changes. "
            "Without one your shows, hosts and reports stay and can be read; "
            "new lives start when you have a plan."
        )
        % {"day": _day(account.trial_ends_at)},
        _("Choose a plan"),
    )


def _trial_ended(account: BillingAccount) -> NoticeText:
    return NoticeText(
        _("Your trial has ended"),
        _(
            "Your trial has ended. Nothing is deleted: you can read everything and export it. "
            "Choose a plan to go live again."
        ),
        _("Choose a plan"),
    )


def _payment_failed(account: BillingAccount) -> NoticeText:
    return NoticeText(
        _("Your payment did not go through"),
        _(
            "We could not charge your card. Everything works until %(day)s. Update your payment method until "
            "then: we try again by ourselves."
        )
        % {"day": _day(account.grace_until)},
        _("Update the payment"),
    )


def _payment_reminder(account: BillingAccount) -> NoticeText:
    return NoticeText(
        _("Your payment is still open"),
        _("Your payment is still open. From %(day)s on you can read everything, but not go live.")
        % {"day": _day(account.grace_until)},
        _("Update the payment"),
    )


def _payment_last_day(account: BillingAccount) -> NoticeText:
    return NoticeText(
        _("Last day: your payment is still open"),
        _(
            "Your payment is still open, and this is the last day on which you can go live without it. "
            "Nothing is deleted afterwards; it all works again as soon as you have paid."
        ),
        _("Update the payment"),
    )


def _read_only(account: BillingAccount) -> NoticeText:
    return NoticeText(
        _("Your workspace can only be read now"),
        _(
            "Your payment did not arrive, so new lives do not start. Nothing is deleted: "
            "you can read everything and export it. As soon as you have paid, everything works again."
        ),
        _("Update the payment"),
    )


_TEXTS: dict[Notice, Callable[[BillingAccount], NoticeText]] = {
    Notice.TRIAL_ENDING: _trial_ending,
    Notice.TRIAL_ENDED: _trial_ended,
    Notice.PAYMENT_FAILED: _payment_failed,
    Notice.PAYMENT_REMINDER: _payment_reminder,
    Notice.PAYMENT_LAST_DAY: _payment_last_day,
    Notice.READ_ONLY: _read_only,
}
