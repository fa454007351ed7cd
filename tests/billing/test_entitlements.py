from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries

from billing.models.account import BillingAccount
from billing.plans.catalogue import (
    ADD_ONS,
    PACKS,
    PLANS,
    AddOn,
    Feature,
    Limit,
    Meter,
    Plan,
    PlanKey,
    all_prices,
)
from billing.plans.entitlements import (
    AccountState,
    ReadOnlyReason,
    account_of,
    entitlements_for,
)
from tenants.models import Tenant

NOW = timezone.now()


@pytest.fixture(autouse=True)
def billing(settings: LazySettings) -> None:
    settings.BILLING_ENABLED = True


def change(tenant: Tenant, **values: object) -> BillingAccount:
    account = account_of(tenant.id)
    for name, value in values.items():
        setattr(account, name, value)
    account.save()
    return account


def test_a_new_workspace_has_a_trial_of_two_weeks(
    tenant: Tenant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        given = entitlements_for(tenant)
    assert (given.plan, given.state, given.payer_id) == (PlanKey.TRIAL, AccountState.TRIAL, tenant.id)
    assert given.grants[Meter.LIVE_SECONDS] == 3_600
    assert not given.has(Feature.CLOUD_VOICES)
    assert given.trial_ends_at is not None
    assert given.days_left(given.trial_ends_at - timedelta(days=14)) == 14
    assert given.days_left(given.trial_ends_at - timedelta(minutes=1)) == 1
    assert given.days_left(given.trial_ends_at + timedelta(days=1)) == 0


def test_a_workspace_without_a_row_gets_one(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        BillingAccount.objects.all().delete()
    assert entitlements_for(tenant).state is AccountState.TRIAL


def test_a_self_hosted_workspace_may_do_everything_and_asks_no_database(
    tenant: Tenant, settings: LazySettings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.BILLING_ENABLED = False
    with django_assert_num_queries(0):
        given = entitlements_for(tenant)
    assert given.is_self_hosted
    assert all(given.has(feature) for feature in Feature)
    assert {given.limit(limit) for limit in Limit} == {None}


def test_the_clock_ends_a_trial_and_a_grace_before_any_job(tenant: Tenant) -> None:
    change(tenant, trial_ends_at=NOW)
    assert entitlements_for(tenant, now=NOW - timedelta(seconds=1)).state is AccountState.TRIAL
    ended = entitlements_for(tenant, now=NOW)
    assert (ended.is_read_only, ended.why) == (True, ReadOnlyReason.TRIAL_ENDED)
    change(tenant, plan="self", state="past_due", grace_until=NOW)
    assert not entitlements_for(tenant, now=NOW - timedelta(seconds=1)).is_read_only
    late = entitlements_for(tenant, now=NOW)
    assert (late.is_read_only, late.why) == (True, ReadOnlyReason.PAYMENT_OVERDUE)


def test_add_ons_raise_grants_and_add_features(tenant: Tenant) -> None:
    change(tenant, plan="self", state="active", add_ons={"extra_hours": 2, "premium_voices": 1, "gone": 1})
    given = entitlements_for(tenant)
    assert given.grants[Meter.LIVE_SECONDS] == (30 + 2 * 10) * 3_600
    assert given.has(Feature.PREMIUM_VOICES)
    assert not given.has(Feature.ANIMATED_AVATAR)


def test_a_workspace_of_an_agency_has_the_agencys_plan(tenant: Tenant, other_tenant: Tenant) -> None:
    change(other_tenant, plan="agency", state="active")
    change(tenant, paid_by=account_of(other_tenant.id), state="ended")
    given = entitlements_for(tenant)
    assert (given.plan, given.state) == (PlanKey.AGENCY, AccountState.ACTIVE)
    assert (given.tenant_id, given.payer_id) == (tenant.id, other_tenant.id)


def test_every_price_has_a_key_of_its_own_and_a_year_costs_ten_months() -> None:
    sold: list[Plan | AddOn] = [*PLANS.values(), *ADD_ONS.values()]
    assert len(all_prices()) == sum(len(each.prices) for each in sold) + len(PACKS)
    for each in sold:
        if each.prices:
            month, year = each.prices
            assert year.money.cents == 10 * month.money.cents
