"""The present plan in words: state, price, how long it goes on, and what can be done."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models.account import BillingAccount
from billing.pages.offers import price_for
from billing.pages.words import price_text
from billing.plans.catalogue import ADD_ONS, PLANS, Interval, PlanKey
from billing.plans.entitlements import AccountState, Entitlements, ReadOnlyReason

State = AccountState
PILLS = {
    State.TRIAL: "pill-off",
    State.ACTIVE: "pill-healthy",
    State.PAST_DUE: "pill-attention",
    State.READ_ONLY: "pill-bad",
    State.ENDED: "pill-bad",
}


@dataclass(frozen=True, slots=True)
class PlanCard:
    """What the page says of the present plan."""

    name: str
    state: str
    pill: str
    text: str
    price: str
    add_ons: tuple[str, ...]
    is_subscribed: bool
    is_cancelled: bool
    needs_card: bool
    is_paid_by_other: bool


def plan_card(account: BillingAccount, found: Entitlements, *, now: datetime) -> PlanCard:
    """Describe the plan of an account."""
    is_paid_by_other = found.payer_id != found.tenant_id
    price = "" if is_paid_by_other else _price(account)
    overdue = found.state is State.READ_ONLY and found.why is ReadOnlyReason.PAYMENT_OVERDUE
    return PlanCard(
        name=str(PLANS[found.plan].name),
        state=state_label(found),
        pill=PILLS[found.state],
        text=_("Paid by your agency's workspace.") if is_paid_by_other else state_text(found, now=now),
        price=price,
        add_ons=tuple(_add_ons(account)),
        is_subscribed=is_subscribed(account),
        is_cancelled=found.cancel_at is not None and found.state in (State.ACTIVE, State.PAST_DUE),
        needs_card=found.state is State.PAST_DUE or overdue,
        is_paid_by_other=is_paid_by_other,
    )


def is_subscribed(account: BillingAccount) -> bool:
    """Return whether a subscription goes on: one that ended, and a trial, need a new checkout."""
    return account.plan != PlanKey.TRIAL and account.state != State.ENDED


def state_label(found: Entitlements) -> str:
    """Return the state in one or two words."""
    if found.state is State.ACTIVE and found.cancel_at:
        return _("Ends soon")
    return str(BillingAccount.State(found.state).label)


def state_text(found: Entitlements, *, now: datetime) -> str:
    """Say until when what works, and what happens then."""
    match found.state:
        case State.TRIAL:
            return trial_text(found, now=now)
        case State.ACTIVE:
            return _active_text(found)
        case State.PAST_DUE:
            return _("The last payment failed. Everything works until %(day)s; then it can only be read.") % {
                "day": day_text(found.grace_until)
            }
    return why_text(found.why)


def trial_text(found: Entitlements, *, now: datetime) -> str:
    """Count the days that are left of a trial."""
    days = found.days_left(now)
    if days is None:
        return _("Your trial has not begun yet.")
    text = ngettext(
        "%(days)d day of the trial is left. Then choose a plan; nothing is charged by itself.",
        "%(days)d days of the trial are left. Then choose a plan; nothing is charged by itself.",
        days,
    )
    return text % {"days": days}


def why_text(why: ReadOnlyReason | None) -> str:
    """Say why a workspace can only be read, and what to do."""
    match why:
        case ReadOnlyReason.TRIAL_ENDED:
            return _("The trial has ended. Nothing is deleted. Choose a plan, and everything goes on.")
        case ReadOnlyReason.PAYMENT_OVERDUE:
            return _("A payment is overdue, so nothing can be changed. Fix the payment, and it all goes on.")
        case ReadOnlyReason.PLAN_ENDED:
            return _("The plan has ended. Nothing is deleted. Choose a plan, and everything goes on.")
    return ""


def day_text(moment: datetime | None) -> str:
    """Return a day in the time zone of the workspace, which `money_page` has set."""
    return "" if moment is None else date_format(timezone.localtime(moment), "DATE_FORMAT")


def current_lookup_key(account: BillingAccount) -> str:
    """Return the key of the price that an account pays; empty without a subscription."""
    if not is_subscribed(account):
        return ""
    price = price_for(PLANS[PlanKey(account.plan)], Interval(account.interval))
    return price.lookup_key if price else ""


def _active_text(found: Entitlements) -> str:
    if found.cancel_at:
        return _("Cancelled. Everything works until %(day)s; then it can only be read.") % {
            "day": day_text(found.cancel_at)
        }
    if found.period_end:
        return _("Renews on %(day)s.") % {"day": day_text(found.period_end)}
    return ""


def _price(account: BillingAccount) -> str:
    if not is_subscribed(account):
        return ""
    price = price_for(PLANS[PlanKey(account.plan)], Interval(account.interval))
    return price_text(price.money, price.interval) if price else ""


def _add_ons(account: BillingAccount) -> list[str]:
    owned = [(ADD_ONS[key], count) for key, count in account.add_ons.items() if key in ADD_ONS and count > 0]
    return [f"{add_on.name} × {count}" if count > 1 else str(add_on.name) for add_on, count in owned]
