"""Trials and graces by the clock: what they change, which mails they send, and when."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core import mail
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from billing.mails import readers_of
from billing.models.account import BillingAccount
from billing.plans.entitlements import account_of, entitlements_of
from billing.plans.notices import Notice, deliver_notice, due_notice
from billing.plans.states import become_active, end_plan, fall_due, move_accounts
from tenants.models import AuditEntry, Membership, Tenant, User
from tests.accounts.test_mails import html_of
from tests.billing.plans import give_plan

State = BillingAccount.State
DAY = timedelta(days=1)
NOW = timezone.now()


@pytest.fixture(autouse=True)
def billing(settings: LazySettings) -> Iterator[None]:
    settings.BILLING_ENABLED = True
    with scopes_disabled():
        yield


class Clock:
    """Runs the job at the times that a test names, and collects the mails that it queues."""

    def __init__(self, run_on_commit: object) -> None:
        self.queued: list[Notice] = []
        self._capture = run_on_commit

    def at(self, now: datetime) -> list[Notice]:
        """Run the job twice at a time; return what was queued."""
        before = len(self.queued)
        for _ in range(2):
            with self._capture(execute=True):  # type: ignore[operator]
                move_accounts(now=now, send=lambda account, notice: self.queued.append(notice))
        return self.queued[before:]


@pytest.fixture
def clock(django_capture_on_commit_callbacks: object) -> Clock:
    return Clock(django_capture_on_commit_callbacks)


def state_of(tenant: Tenant) -> str:
    return account_of(tenant.id).state


def test_a_trial_is_warned_of_three_days_ahead_and_ends_in_reading_only(tenant: Tenant, clock: Clock) -> None:
    end = account_of(tenant.id).trial_ends_at
    assert end is not None
    assert clock.at(end - 4 * DAY) == []
    assert clock.at(end - 3 * DAY) == [Notice.TRIAL_ENDING]
    assert clock.at(end - DAY) == []
    assert clock.at(end) == [Notice.TRIAL_ENDED]
    assert state_of(tenant) == State.READ_ONLY
    assert clock.at(end + 100 * DAY) == []
    with scope(tenant=tenant):
        entry = AuditEntry.objects.get(verb="billing.state_changed")
    assert (entry.detail, entry.actor_kind) == ({"from": "trial", "to": "read_only"}, "system")


def test_a_failed_payment_has_seven_days_and_three_mails(tenant: Tenant, clock: Clock) -> None:
    account = give_plan(tenant, "self")
    fall_due(account, at=NOW)
    account.save()
    assert clock.at(NOW) == [Notice.PAYMENT_FAILED]
    assert clock.at(NOW + 3 * DAY) == []
    assert clock.at(NOW + 3.5 * DAY) == [Notice.PAYMENT_REMINDER]
    assert not entitlements_of(tenant.id, now=NOW + 5 * DAY).is_read_only
    assert clock.at(NOW + 6 * DAY) == [Notice.PAYMENT_LAST_DAY]
    assert clock.at(NOW + 7 * DAY) == [Notice.READ_ONLY]
    assert state_of(tenant) == State.READ_ONLY


def test_a_payment_that_is_still_due_begins_no_second_grace(tenant: Tenant) -> None:
    account = give_plan(tenant, "self")
    fall_due(account, at=NOW)
    fall_due(account, at=NOW + 2 * DAY)
    assert account.grace_until == NOW + 7 * DAY
    account.save()
    move_accounts(now=NOW + 8 * DAY, send=lambda *_: None)
    account = account_of(tenant.id)
    fall_due(account, at=NOW + 9 * DAY)
    assert account.state == State.READ_ONLY


def test_a_paid_account_works_at_once_and_a_later_failure_has_a_new_grace(
    tenant: Tenant, clock: Clock
) -> None:
    account = give_plan(tenant, "self")
    fall_due(account, at=NOW)
    account.save()
    clock.at(NOW)
    clock.at(NOW + 8 * DAY)
    account = account_of(tenant.id)
    become_active(account, at=NOW + 9 * DAY)
    account.save()
    assert not entitlements_of(tenant.id, now=NOW + 9 * DAY).is_read_only
    assert clock.at(NOW + 20 * DAY) == []
    fall_due(account, at=NOW + 40 * DAY)
    account.save()
    assert account.grace_until == NOW + 47 * DAY
    assert clock.at(NOW + 40 * DAY) == [Notice.PAYMENT_FAILED]


def test_a_job_that_did_not_run_for_days_sends_only_the_latest_mail(tenant: Tenant, clock: Clock) -> None:
    account = give_plan(tenant, "self")
    fall_due(account, at=NOW)
    account.save()
    assert clock.at(NOW + 6.5 * DAY) == [Notice.PAYMENT_LAST_DAY]
    assert clock.at(NOW + 6.6 * DAY) == []


def test_a_clock_that_jumps_back_brings_no_state_and_no_mail_back(tenant: Tenant, clock: Clock) -> None:
    account = give_plan(tenant, "self")
    fall_due(account, at=NOW)
    account.save()
    clock.at(NOW + 8 * DAY)
    assert clock.at(NOW) == []
    assert state_of(tenant) == State.READ_ONLY


def test_a_trial_from_before_billing_begins_with_the_first_run(tenant: Tenant, clock: Clock) -> None:
    BillingAccount.objects.filter(tenant=tenant).update(trial_ends_at=None)
    assert entitlements_of(tenant.id).state == "trial"
    clock.at(NOW)
    assert account_of(tenant.id).trial_ends_at == NOW + 14 * DAY
    clock.at(NOW + DAY)
    assert account_of(tenant.id).trial_ends_at == NOW + 14 * DAY


def test_a_cancelled_plan_ends_by_our_own_clock_when_stripe_says_nothing(
    tenant: Tenant, clock: Clock
) -> None:
    for state in (State.ACTIVE, State.PAST_DUE):
        give_plan(tenant, "self", state, cancel_at=NOW, grace_until=NOW + 5 * DAY)
        clock.at(NOW + timedelta(minutes=59))
        assert state_of(tenant) == state
        assert not entitlements_of(tenant.id, now=NOW).is_read_only
        assert entitlements_of(tenant.id, now=NOW + timedelta(hours=1)).is_read_only
        clock.at(NOW + timedelta(hours=1))
        assert state_of(tenant) == State.ENDED


def test_an_ended_plan_an_agencys_workspace_and_a_self_hosted_one_are_left_alone(
    tenant: Tenant, other_tenant: Tenant, clock: Clock, settings: LazySettings
) -> None:
    account = give_plan(other_tenant, "agency")
    end_plan(account, at=NOW)
    account.save()
    give_plan(tenant, "trial", State.ENDED, paid_by=account, trial_ends_at=None)
    assert clock.at(NOW + 400 * DAY) == []
    settings.BILLING_ENABLED = False
    give_plan(tenant, "trial", State.TRIAL, trial_ends_at=NOW)
    assert clock.at(NOW + DAY) == []
    assert state_of(tenant) == State.TRIAL


def test_the_mails_go_to_owner_and_admins(tenant: Tenant, alice: User, bob: User) -> None:
    assert readers_of(tenant.id) == ["alice@example.com"]
    Membership.objects.filter(user=bob).update(role=Membership.Role.ADMIN)
    assert readers_of(tenant.id) == ["alice@example.com", "bob@example.com"]


@pytest.mark.parametrize("language", ["en", "it", "de"])
@pytest.mark.parametrize("notice", Notice)
def test_every_mail_says_what_to_do_in_the_workspaces_language(
    notice: Notice, language: str, tenant: Tenant, settings: LazySettings
) -> None:
    settings.PUBLIC_URL = "https://vivavoce.example"
    Tenant.objects.filter(id=tenant.id).update(language=language)
    account = give_plan(tenant, "self", grace_until=NOW, trial_ends_at=NOW)
    deliver_notice(account_of(account.tenant_id), notice, to="alice@example.com")
    [sent] = mail.outbox
    assert sent.to == ["alice@example.com"]
    assert tenant.name in str(sent.body)
    assert "%(" not in f"{sent.subject}{sent.body}"
    assert f'<html lang="{language}">' in html_of(sent)


def test_no_mail_is_due_for_an_active_account(tenant: Tenant) -> None:
    assert due_notice(give_plan(tenant, "self"), now=NOW) is None
