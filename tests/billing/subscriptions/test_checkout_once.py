"""Whoever clicks twice gets one session of Checkout, and nobody can pay for two plans."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from billing.subscriptions.checkout import start_checkout
from billing.subscriptions.errors import PaymentRefused
from tenants.models import Tenant
from tests.billing.subscriptions.conftest import Deliver
from tests.billing.subscriptions.shop import buy
from tests.fakes.stripe_server.server import LocalStripe
from tests.patience import PATIENCE_S


def start(tenant: Tenant, lookup_key: str = "self_monthly", **changes: Any) -> str:
    asked = {"success_url": "https://x/?session={CHECKOUT_SESSION_ID}", "cancel_url": "https://x/", **changes}
    return start_checkout(tenant, lookup_key, **asked)


def sessions(server: LocalStripe, status: str = "open") -> list[dict[str, Any]]:
    return list(server.world.all("checkout.session", status=status))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lookup_keys", [("self_monthly",) * 4, ("pack_tokens",) * 4], ids=["plan", "pack"])
def test_clicks_at_once_open_one_session(
    catalogue: LocalStripe, tenant: Tenant, lookup_keys: tuple[str, ...]
) -> None:
    together = Barrier(len(lookup_keys))

    def click(lookup_key: str) -> str:
        try:
            together.wait(PATIENCE_S)
            return start(tenant, lookup_key)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(lookup_keys)) as threads:
        addresses = set(threads.map(click, lookup_keys))
    [opened] = sessions(catalogue)
    assert addresses == {opened["url"]}
    assert len(list(catalogue.world.all("customer"))) == 1


@pytest.mark.django_db(transaction=True)
def test_two_plans_chosen_at_once_leave_one_session_that_can_be_paid(
    catalogue: LocalStripe, tenant: Tenant
) -> None:
    together = Barrier(2)

    def click(lookup_key: str) -> str:
        try:
            together.wait(PATIENCE_S)
            return start(tenant, lookup_key)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        addresses = set(threads.map(click, ["self_monthly", "managed_yearly"]))
    [opened] = sessions(catalogue)
    assert opened["url"] in addresses
    assert len(sessions(catalogue, "expired")) == 1


def test_another_way_back_or_coupon_replaces_the_open_session(catalogue: LocalStripe, tenant: Tenant) -> None:
    first = start(tenant)
    assert start(tenant) == first
    second = start(tenant, cancel_url="https://y/")
    assert second != first
    assert [each["url"] for each in sessions(catalogue)] == [second]


def test_a_pack_and_a_plan_have_a_session_each(catalogue: LocalStripe, tenant: Tenant) -> None:
    assert start(tenant) != start(tenant, "pack_tokens")
    assert len(sessions(catalogue)) == 2


def test_a_pack_that_is_paid_can_be_bought_again(
    catalogue: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    buy(catalogue, tenant, "pack_tokens")
    buy(catalogue, tenant, "pack_tokens")
    assert len(sessions(catalogue, "complete")) == 2


def test_a_plan_whose_webhook_is_late_is_not_sold_a_second_time(
    catalogue: LocalStripe, tenant: Tenant
) -> None:
    buy(catalogue, tenant, "self_monthly")
    with pytest.raises(PaymentRefused) as refused:
        start(tenant, "managed_monthly")
    assert refused.value.code == "already_subscribed"
    assert not sessions(catalogue)
