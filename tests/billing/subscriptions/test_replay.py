"""The staff replay a stored webhook: it is processed again, and recorded."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled
from djstripe.models import Event, WebhookEventTrigger

from billing.ledger.balances import balance_of
from billing.models.account import BillingAccount
from billing.plans.catalogue import PLANS, Meter, PlanKey
from billing.plans.entitlements import account_of
from tenants.models import AuditEntry, Tenant, User
from tests.accounts.codes import give_second_factor, prove_second_factor
from tests.billing.subscriptions.conftest import Deliver
from tests.billing.subscriptions.shop import buy
from tests.fakes.stripe_server.server import LocalStripe

LOG = "/staff/djstripe/webhookeventtrigger/"
State = BillingAccount.State
SELF_SECONDS = PLANS[PlanKey.SELF].grants[Meter.LIVE_SECONDS]


@pytest.fixture
def stored(catalogue: LocalStripe, tenant: Tenant, deliver: Deliver) -> WebhookEventTrigger:
    """The webhook of a payment; afterwards the account and its credit were lost by a fault of ours."""
    buy(catalogue, tenant, "self_monthly")
    deliver()
    with scopes_disabled():
        BillingAccount.objects.filter(tenant=tenant).update(plan="trial", state=State.READ_ONLY)
    return WebhookEventTrigger.objects.get(event__type="invoice.paid")


@pytest.fixture
def staff(charlie: User, other_tenant: Tenant, client_for: Callable[[User], Client]) -> Client:
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    give_second_factor(charlie)
    client = client_for(charlie)
    prove_second_factor(client, charlie)
    return client


def replay(client: Client, *triggers: WebhookEventTrigger) -> Any:
    chosen = [str(trigger.id) for trigger in triggers]
    return client.post(LOG, {"action": "replay", "_selected_action": chosen}, follow=True)


def entries(tenant: Tenant) -> list[AuditEntry]:
    with scopes_disabled():
        return list(AuditEntry.objects.filter(verb="webhook.replayed", tenant=tenant))


def end_state(tenant: Tenant) -> tuple[str, str, int]:
    account = account_of(tenant.id)
    return account.plan, account.state, balance_of(tenant, Meter.LIVE_SECONDS).granted


@pytest.mark.parametrize("event_is_known", [True, False])
def test_a_replay_brings_the_account_up_to_date_and_is_recorded(
    staff: Client, stored: WebhookEventTrigger, tenant: Tenant, charlie: User, event_is_known: bool
) -> None:
    if not event_is_known:  # as after a fault that undid the whole event
        Event.objects.filter(id=stored.event.id).delete()
        WebhookEventTrigger.objects.filter(id=stored.id).update(processed=False, exception="a fault")
    assert "1 webhook was replayed." in replay(staff, stored).content.decode()
    stored.refresh_from_db()
    assert (stored.processed, stored.exception, stored.event.type) == (True, "", "invoice.paid")
    assert end_state(tenant) == ("self", "active", SELF_SECONDS)
    (entry,) = entries(tenant)
    assert (entry.user_id, entry.detail["worked"], entry.object_label) == (charlie.id, True, "invoice.paid")


def test_several_replays_give_no_credit_twice(
    staff: Client, stored: WebhookEventTrigger, tenant: Tenant
) -> None:
    for _ in range(2):
        replay(staff, *WebhookEventTrigger.objects.all())
    assert end_state(tenant) == ("self", "active", SELF_SECONDS)


def test_what_fails_again_says_why_and_changes_nothing(
    staff: Client, stored: WebhookEventTrigger, tenant: Tenant, catalogue: LocalStripe
) -> None:
    catalogue.world.faults += [503] * 5
    assert "1 webhook failed again." in replay(staff, stored).content.decode()
    stored.refresh_from_db()
    assert not stored.processed
    assert stored.exception
    assert account_of(tenant.id).state == State.READ_ONLY
    assert [entry.detail["worked"] for entry in entries(tenant)] == [False]


def test_what_stripe_did_not_sign_is_left_out(
    staff: Client, stored: WebhookEventTrigger, tenant: Tenant
) -> None:
    WebhookEventTrigger.objects.filter(id=stored.id).update(valid=False)
    assert "1 webhook was left out" in replay(staff, stored).content.decode()
    assert account_of(tenant.id).state == State.READ_ONLY


def test_reading_the_log_replays_nothing(staff: Client, stored: WebhookEventTrigger, tenant: Tenant) -> None:
    staff.get(LOG, {"action": "replay", "_selected_action": str(stored.id)})
    assert account_of(tenant.id).state == State.READ_ONLY


def test_strangers_and_staff_without_a_second_factor_or_the_right_replay_nothing(
    staff: Client,
    stored: WebhookEventTrigger,
    tenant: Tenant,
    alice: User,
    bob: User,
    client_for: Callable[[User], Client],
) -> None:
    User.objects.filter(id=bob.id).update(is_staff=True, is_superuser=True)  # without a second factor
    for client in (Client(), client_for(alice), client_for(bob)):
        replay(client, stored)
    User.objects.update(is_superuser=False)  # Charlie is staff without any right
    replay(staff, stored)
    assert account_of(tenant.id).state == State.READ_ONLY
    assert entries(tenant) == []
