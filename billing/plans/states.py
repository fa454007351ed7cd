"""Moves accounts from one state to the next: by events of payments, and by the clock.

A payment that fails starts `GRACE_DAYS` in which everything works; then the workspace can only be read until
it is paid. A trial ends likewise. Nothing is ever deleted. The projector of Stripe's mirror and the clock
change a state by the functions of this module only.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django_scopes import scopes_disabled

from billing.models.account import BillingAccount
from billing.plans.catalogue import GRACE_DAYS
from billing.plans.notices import Notice, due_notice
from billing.plans.trial import begin_trial
from tenants import audit

State = BillingAccount.State
SendNotice = Callable[[BillingAccount, Notice], None]


def fall_due(account: BillingAccount, *, at: datetime) -> None:
    """Begin the grace of a payment that failed, once while it is due. Saves nothing."""
    if account.state in (State.PAST_DUE, State.READ_ONLY) and account.grace_until is not None:
        return
    account.enter(State.PAST_DUE, at=at)
    account.grace_until = at + timedelta(days=GRACE_DAYS)


def end_grace(account: BillingAccount, *, at: datetime) -> bool:
    """Let an account be read only once its grace is over; return whether that was now. Saves nothing.

    The grace's end stays, so that the same debt begins no second grace.
    """
    if account.state != State.PAST_DUE or account.grace_until is None or account.grace_until > at:
        return False
    account.enter(State.READ_ONLY, at=account.grace_until)
    return True


def close_until_paid(account: BillingAccount, *, at: datetime) -> None:
    """Let an account be read only, without a grace, until it is paid. Saves nothing."""
    account.enter(State.READ_ONLY, at=at)


def become_active(account: BillingAccount, *, at: datetime) -> None:
    """Make a paid account active again; everything works at once. Saves nothing."""
    account.enter(State.ACTIVE, at=at)
    account.grace_until = None


def end_plan(account: BillingAccount, *, at: datetime) -> None:
    """End an account whose subscription is over; it can be read. Saves nothing."""
    account.enter(State.ENDED, at=at)
    account.grace_until = None


def move_accounts(*, now: datetime, send: SendNotice) -> int:
    """Move every account on whose time has come, and queue its mails; return how many changed.

    Idempotent: a second run at the same time changes nothing, and no mail is queued twice.
    """
    if not settings.BILLING_ENABLED:
        return 0
    with scopes_disabled():
        by_clock = Q(state__in=(State.TRIAL, State.PAST_DUE)) & Q(paid_by=None)
        cancelled = Q(state=State.ACTIVE, cancel_at__lte=now, paid_by=None)
        just_closed = Q(state=State.READ_ONLY, sent_notices=[], paid_by=None)
        ids = BillingAccount.objects.filter(by_clock | cancelled | just_closed, tenant__closed_at=None)
        return sum(
            [move_account(each, now=now, send=send) for each in ids.values_list("tenant_id", flat=True)]
        )


@transaction.atomic
def move_account(tenant_id: UUID, *, now: datetime, send: SendNotice) -> bool:
    """Move one account on, if its time has come, and queue its due mail; return whether it changed."""
    with scopes_disabled():
        accounts = BillingAccount.objects.select_for_update().filter(tenant_id=tenant_id)
        account: BillingAccount | None = accounts.first()
    if account is None:
        return False
    before = account.state
    changed = _move(account, now)
    notice = due_notice(account, now=now)
    if notice is not None:
        account.sent_notices = [*account.sent_notices, notice.value]
        transaction.on_commit(lambda: send(account, notice))
    if changed or notice is not None:
        account.save()
    if account.state != before:
        audit.record("billing.state_changed", account, detail={"from": before, "to": account.state})
    return changed or notice is not None


def _move(account: BillingAccount, now: datetime) -> bool:
    """Apply what the clock says to an account; return whether something changed."""
    if account.state == State.TRIAL and account.trial_ends_at is None:
        begin_trial(account, now=now)
    elif account.state == State.TRIAL and account.trial_ends_at and account.trial_ends_at <= now:
        account.enter(State.READ_ONLY, at=account.trial_ends_at)
    elif account.state in (State.ACTIVE, State.PAST_DUE) and account.is_over(now):
        end_plan(account, at=now)
    elif account.state == State.PAST_DUE and account.grace_until is None:
        fall_due(account, at=now)
    else:
        return end_grace(account, at=now)
    return True
