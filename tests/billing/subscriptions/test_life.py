"""A subscription's whole life, against the local stand-in for Stripe: its account after each webhook."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from billing.models.account import BillingAccount
from billing.plans.catalogue import GRACE_DAYS, PLANS, Meter, PlanKey
from billing.plans.entitlements import account_of
from billing.ledger.balances import balance_of
from billing.subscriptions.changes import cancel, change_plan, preview_change, resume
from billing.subscriptions.checkout import start_checkout
from billing.subscriptions.errors import CardDeclined, PaymentRefused
from billing.subscriptions.invoices import invoices_of
from billing.subscriptions.portal import open_portal
from tenants.models import Tenant
from tests.billing.subscriptions.conftest import Deliver
from tests.fakes.stripe_server.checkout import complete
from tests.fakes.stripe_server.clock import advance
from tests.fakes.stripe_server.pages import respond
from tests.fakes.stripe_server.server import LocalStripe

State = BillingAccount.State
DAY_S = 86_400


def checkout(server: LocalStripe, tenant: Tenant, lookup_key: str, card: str = "4242", **more: object) -> None:
    url = start_checkout(tenant, lookup_key, success_url="https://x/done", cancel_url="https://x/", **more)  # type: ignore[arg-type]
    session = server.world.get(urlsplit(url).path.rpartition("/")[2])
    with server.world.lock:
        complete(server.world, session, card)


def use_card(server: LocalStripe, tenant: Tenant, card: str) -> None:
    path = urlsplit(open_portal(tenant, return_url="https://x/")).path
    assert respond(server.world, "POST", path, {"do": "card", "card": card}).status == 303


def test_from_the_trial_to_the_end(catalogue: LocalStripe, tenant: Tenant, deliver: Deliver) -> None:
    assert account_of(tenant.id).state == State.TRIAL

    checkout(catalogue, tenant, "self_monthly")
    assert set(deliver()) == {200}
    account = account_of(tenant.id)
    assert (account.plan, account.state, account.interval) == ("self", "active", "month")
    assert account.period_end is not None
    assert balance_of(tenant, Meter.LIVE_SECONDS).granted >= PLANS[PlanKey.SELF].grants[Meter.LIVE_SECONDS]
    assert [(row.total.cents, row.status) for row in invoices_of(tenant)] == [(3_900, "paid")]
