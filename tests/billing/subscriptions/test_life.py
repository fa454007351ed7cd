"""A subscription's whole life, against the local stand-in for Stripe: the account after each webhook."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from django_scopes import scopes_disabled
from djstripe.models import Customer

from billing.ledger.balances import balance_of
from billing.models.account import BillingAccount
from billing.models.ledger import Grant
from billing.plans.catalogue import GRACE_DAYS, PLANS, Meter, PlanKey
from billing.plans.entitlements import account_of
from billing.plans.states import move_accounts
from billing.subscriptions.changes import cancel, change_plan, preview_change, resume
from billing.subscriptions.checkout import start_checkout
from billing.subscriptions.credits import after_months
from billing.subscriptions.errors import CardDeclined, PaymentRefused, PaymentsUnavailable
from billing.subscriptions.invoices import invoices_of, open_invoice_of
from billing.subscriptions.portal import open_portal
from billing.subscriptions.projector import project
from billing.subscriptions.refresh import refresh_tenant
from billing.subscriptions.upkeep import keep_accounts
from tenants.models import AuditEntry, Tenant
from tests.billing.subscriptions.conftest import Deliver
from tests.billing.subscriptions.shop import buy, use_card
from tests.fakes.stripe_server.clock import advance
from tests.fakes.stripe_server.server import LocalStripe

State = BillingAccount.State
DAY_S = 86_400
SELF_SECONDS = PLANS[PlanKey.SELF].grants[Meter.LIVE_SECONDS]
MANAGED_SECONDS = PLANS[PlanKey.MANAGED].grants[Meter.LIVE_SECONDS]


@pytest.fixture
def subscribed(catalogue: LocalStripe, tenant: Tenant, deliver: Deliver) -> LocalStripe:
    buy(catalogue, tenant, "self_monthly")
    assert set(deliver()) == {200}
    return catalogue


def live_seconds(tenant: Tenant) -> int:
    return balance_of(tenant, Meter.LIVE_SECONDS).granted


def test_who_pays_has_the_plan_its_period_and_its_credit(subscribed: LocalStripe, tenant: Tenant) -> None:
    account = account_of(tenant.id)
    assert (account.plan, account.state, account.interval) == ("self", State.ACTIVE, "month")
    assert account.period_start is not None
    assert account.period_end is not None
    assert timedelta(days=27) < account.period_end - account.period_start < timedelta(days=32)
    assert live_seconds(tenant) == SELF_SECONDS
    assert [(row.total.cents, row.status) for row in invoices_of(tenant)] == [(3_900, "paid")]


def test_a_failed_payment_begins_a_grace_and_a_good_card_ends_it(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    use_card(subscribed, tenant, "0341")
    advance(subscribed.world, 32 * DAY_S)
    deliver()
    account = account_of(tenant.id)
    assert account.state == State.PAST_DUE
    assert account.grace_until is not None
    assert timedelta(days=GRACE_DAYS - 1) < account.grace_until - timezone.now() <= timedelta(days=GRACE_DAYS)
    assert open_invoice_of(tenant) is not None

    advance(subscribed.world, 3 * DAY_S)
    deliver()
    assert account_of(tenant.id).grace_until == account.grace_until

    use_card(subscribed, tenant, "4242")
    deliver()
    account = account_of(tenant.id)
    assert (account.state, account.grace_until) == (State.ACTIVE, None)
    assert open_invoice_of(tenant) is None


def test_an_overdue_subscription_is_read_only_after_the_grace_until_it_is_paid(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    use_card(subscribed, tenant, "0341")
    advance(subscribed.world, 32 * DAY_S)
    deliver()
    with scopes_disabled():
        BillingAccount.objects.filter(tenant=tenant).update(grace_until=timezone.now())
    refresh_tenant(tenant)
    assert account_of(tenant.id).state == State.READ_ONLY
    use_card(subscribed, tenant, "4242")
    deliver()
    assert account_of(tenant.id).state == State.ACTIVE


def test_after_the_last_failed_try_the_plan_ends(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    use_card(subscribed, tenant, "0341")
    advance(subscribed.world, 60 * DAY_S)
    deliver()
    assert account_of(tenant.id).state == State.ENDED
    assert live_seconds(tenant) == 0


def test_a_dearer_plan_is_paid_now_and_adds_the_difference(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    preview = preview_change(tenant, "managed_monthly")
    assert [line.amount.cents < 0 for line in preview.lines] == [True, False]
    assert 0 < preview.due_now.cents <= 24_900 - 3_900

    change_plan(tenant, "managed_monthly", at=preview.at)
    assert account_of(tenant.id).plan == "managed"  # before any webhook
    assert live_seconds(tenant) == MANAGED_SECONDS
    assert invoices_of(tenant)[0].total.cents == preview.due_now.cents
    deliver()
    assert live_seconds(tenant) == MANAGED_SECONDS


def test_an_upgrade_with_a_bad_card_changes_nothing(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    use_card(subscribed, tenant, "0341")
    deliver()
    with pytest.raises(CardDeclined):
        change_plan(tenant, "managed_monthly")
    deliver()
    account = account_of(tenant.id)
    assert (account.plan, account.state, live_seconds(tenant)) == ("self", State.ACTIVE, SELF_SECONDS)


def test_a_cheaper_plan_begins_when_the_paid_period_ends(
    catalogue: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    buy(catalogue, tenant, "managed_monthly")
    deliver()
    preview = preview_change(tenant, "self_monthly")
    assert (preview.due_now.cents, preview.starts_at) == (0, account_of(tenant.id).period_end)
    change_plan(tenant, "self_monthly", at=preview.at)
    deliver()
    assert (account_of(tenant.id).plan, live_seconds(tenant)) == ("managed", MANAGED_SECONDS)
    assert len(invoices_of(tenant)) == 1


def test_a_cancelled_plan_runs_until_its_end_and_can_be_resumed(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    cancel(tenant)
    account = account_of(tenant.id)
    assert (account.state, account.cancel_at) == (State.ACTIVE, account.period_end)
    resume(tenant)
    assert account_of(tenant.id).cancel_at is None
    cancel(tenant)
    advance(subscribed.world, 32 * DAY_S)
    deliver()
    assert account_of(tenant.id).state == State.ENDED
    with pytest.raises(PaymentRefused, match="no running plan"):
        resume(tenant)


def test_a_cancelled_plan_ends_though_stripe_says_nothing_and_gives_no_answer(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    cancel(tenant)
    deliver()
    end = account_of(tenant.id).cancel_at
    assert end is not None
    subscribed.world.faults += [503] * 50
    now = end + timedelta(hours=1)
    keep_accounts(now)
    assert account_of(tenant.id).state == State.ACTIVE
    move_accounts(now=now, send=lambda *_: None)
    assert account_of(tenant.id).state == State.ENDED
    assert balance_of(tenant, Meter.LIVE_SECONDS, now=now).granted == 0
    project(Customer.objects.get(subscriber=tenant), now=now)  # an event of something else changes nothing
    assert account_of(tenant.id).state == State.ENDED
    subscribed.world.faults.clear()
    resume(tenant)  # at Stripe it still runs: there the person has resumed it
    assert account_of(tenant.id).state == State.ACTIVE


def test_a_yearly_plan_grants_its_quantity_each_month_once(
    catalogue: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    buy(catalogue, tenant, "self_yearly")
    deliver()
    start = account_of(tenant.id).period_start
    assert start is not None
    for month in range(12):
        now = after_months(start, month) + timedelta(days=1)
        for _again in range(2):
            keep_accounts(now)
        assert balance_of(tenant, Meter.LIVE_SECONDS, now=now).granted == SELF_SECONDS, month
    with scopes_disabled():
        grants = Grant.objects.filter(tenant=tenant, source="plan", meter=Meter.LIVE_SECONDS)
        assert sum(row.quantity for row in grants) == 12 * SELF_SECONDS


@pytest.mark.parametrize(
    ("company", "total", "tax"),
    [
        ({"country": "IT", "vat_id": "IT12345678903"}, 4_758, 858),
        ({"country": "DE"}, 4_641, 741),
        ({"country": "DE", "vat_id": "DE123456789"}, 3_900, 0),  # reverse charge
        ({"country": "US"}, 3_900, 0),
    ],
    ids=["Italian company", "German person", "German company", "elsewhere"],
)
def test_automatic_tax_is_on_the_invoice(
    catalogue: LocalStripe,
    tenant: Tenant,
    deliver: Deliver,
    settings: LazySettings,
    company: dict[str, str],
    total: int,
    tax: int,
) -> None:
    settings.STRIPE_AUTOMATIC_TAX = True
    account_of(tenant.id)
    with scopes_disabled():
        BillingAccount.objects.filter(tenant=tenant).update(company_name="Firma", **company)
    buy(catalogue, tenant, "self_monthly")
    deliver()
    [invoice] = invoices_of(tenant)
    assert (invoice.total.cents, invoice.tax.cents) == (total, tax)
    assert account_of(tenant.id).state == State.ACTIVE


def test_each_act_is_in_the_audit_log(subscribed: LocalStripe, tenant: Tenant, deliver: Deliver) -> None:
    change_plan(tenant, "managed_monthly")
    cancel(tenant)
    resume(tenant)
    open_portal(tenant, return_url="http://testserver/billing/")
    with scopes_disabled():
        verbs = set(AuditEntry.objects.filter(tenant=tenant).values_list("verb", flat=True))
    assert verbs >= {"checkout.started", "plan.changed", "plan.cancelled", "plan.resumed", "portal.opened"}


def test_who_comes_back_subscribes_again(subscribed: LocalStripe, tenant: Tenant, deliver: Deliver) -> None:
    cancel(tenant)
    advance(subscribed.world, 32 * DAY_S)
    deliver()
    buy(subscribed, tenant, "self_yearly")
    deliver()
    account = account_of(tenant.id)
    assert (account.state, account.interval) == (State.ACTIVE, "year")


def test_add_ons_come_with_the_plan_and_can_be_added_later(
    catalogue: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    buy(catalogue, tenant, "self_monthly", add_ons={"premium_voices": 1})
    deliver()
    assert account_of(tenant.id).add_ons == {"premium_voices": 1}
    change_plan(tenant, "self_monthly", add_ons={"premium_voices": 1, "extra_hours": 2})
    deliver()
    assert account_of(tenant.id).add_ons == {"premium_voices": 1, "extra_hours": 2}
    assert live_seconds(tenant) == SELF_SECONDS + 2 * 36_000


def test_a_pack_is_granted_once_however_often_its_event_comes(
    subscribed: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    buy(subscribed, tenant, "pack_live_hours")
    events = list(subscribed.world.events)
    deliver()
    deliver(events)
    assert live_seconds(tenant) == SELF_SECONDS + 36_000
    assert invoices_of(tenant)[0].total.cents == 1_500


def test_a_promotion_code_lowers_the_first_invoice(
    catalogue: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    import stripe

    client = stripe.StripeClient("sk_test_x", base_addresses={"api": catalogue.url}).v1
    client.coupons.create({"id": "HALF", "percent_off": 50, "duration": "once"})
    client.promotion_codes.create({"code": "HALF", "promotion": {"type": "coupon", "coupon": "HALF"}})
    buy(catalogue, tenant, "self_monthly", promotion="half")
    deliver()
    assert [row.total.cents for row in invoices_of(tenant)] == [1_950]
    assert live_seconds(tenant) == SELF_SECONDS


def test_who_has_a_plan_cannot_subscribe_a_second_time(subscribed: LocalStripe, tenant: Tenant) -> None:
    with pytest.raises(PaymentRefused) as refused:
        start_checkout(tenant, "managed_monthly", success_url="https://x/", cancel_url="https://x/")
    assert refused.value.code == "already_subscribed"


def test_a_stranger_sees_neither_invoices_nor_portal_of_others(
    subscribed: LocalStripe, tenant: Tenant, other_tenant: Tenant
) -> None:
    assert invoices_of(other_tenant) == []
    assert not refresh_tenant(other_tenant)
    for act in (cancel, resume, lambda each: open_portal(each, return_url="https://x/")):
        with pytest.raises(PaymentRefused):
            act(other_tenant)
    assert account_of(other_tenant.id).state == State.TRIAL


def test_while_stripe_is_away_the_person_is_told_so(subscribed: LocalStripe, tenant: Tenant) -> None:
    subscribed.world.faults += [503] * 3
    with pytest.raises(PaymentsUnavailable) as refused:
        open_portal(tenant, return_url="https://x/")
    assert refused.value.code == "payments_unreachable"
    assert open_portal(tenant, return_url="https://x/")
