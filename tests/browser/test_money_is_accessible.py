"""Asks axe-core about every page of money, with the local Stripe, while a plan is bought and falls due."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled
from playwright.sync_api import BrowserContext

from billing.models.account import BillingAccount
from billing.models.ledger import Grant
from billing.subscriptions.returns import returns_of
from tenants.models import Tenant, User
from tenants.services import create_tenant
from tests.billing.subscriptions.shop import buy, use_card
from tests.browser.every_page import PageOfApp
from tests.browser.test_accessibility import DESK, problems_in_both_looks
from tests.fakes.stripe_server.clock import advance
from tests.fakes.stripe_server.payments import dispute, refund
from tests.fakes.stripe_server.server import LocalStripe
from tests.patience import PATIENCE_MS, PATIENCE_S, POLL_S

GOOD_CARD, FAILING_CARD = "4242", "0341"
MONTH_S = int(timedelta(days=31).total_seconds())


@pytest.mark.slow
def test_every_page_of_money_is_accessible(
    alice: User,
    selling_site: str,
    stripe: LocalStripe,
    redis_client: object,
    new_context: Callable[..., BrowserContext],
) -> None:
    owner = Client()
    owner.force_login(alice)
    context = new_context(viewport=DESK, reduced_motion="reduce", locale="en")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": owner.cookies[name].value, "url": selling_site}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    seen = 0
    for shown, path, words in pages_of_money(
        Trade(create_tenant(owner=alice, name="Alice", language="en"), stripe)
    ):
        problems += problems_in_both_looks(
            page, PageOfApp(shown, f"{selling_site}{path}", for_visitors=False)
        )
        if words not in page.content():
            problems.append(f"{path} ({shown}) does not say: {words}")
        seen += 1
    assert seen > 15
    assert not problems, "\n".join(problems)


class Trade:
    """What a workspace does at the local Stripe, each until its webhooks have arrived."""

    def __init__(self, tenant: Tenant, stripe: LocalStripe) -> None:
        self._tenant, self._stripe = tenant, stripe

    def buys(self, lookup_key: str) -> None:
        buy(self._stripe, self._tenant, lookup_key, card=GOOD_CARD)
        if lookup_key.startswith("pack_"):
            self._wait(lambda: Grant.objects.filter(tenant=self._tenant, source=Grant.Source.PACK).exists())
        else:
            self._wait(lambda: self._state() == BillingAccount.State.ACTIVE)

    def gets_money_back(self) -> None:
        """Refund a part of the newest payment and dispute the one before."""
        world = self._stripe.world
        with world.lock:
            newest, before = list(world.all("charge"))[:2]
            refund(world, {"charge": newest["id"], "amount": newest["amount"] // 5})
            dispute(world, before)
        self._wait(lambda: len(returns_of(self._tenant)) == 2)

    def falls_due(self) -> None:
        use_card(self._stripe, self._tenant, FAILING_CARD)
        advance(self._stripe.world, MONTH_S)
        self._wait(lambda: self._state() == BillingAccount.State.PAST_DUE)

    def _state(self) -> str:
        return BillingAccount.objects.get(tenant=self._tenant).state

    def _wait(self, has_arrived: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        with scopes_disabled():
            while not has_arrived():
                assert time.monotonic() < until, "the webhooks did not bring it"
                time.sleep(POLL_S)


def pages_of_money(trade: Trade) -> Iterator[tuple[str, str, str]]:
    """Yield each page as its name, path and words that only it shows; buy what it needs before."""
    yield "prices", "/pricing/", "€ 39"
    yield "trial", "/billing/", "Trial"
    yield "plans", "/billing/plans/", "Choose Self"
    yield "first_plan", "/billing/offers/self_monthly/", "Go to payment"
    yield "given_up", "/billing/checkout/cancelled/", "Nothing was charged"
    yield "waiting", "/billing/checkout/self_monthly/?session=cs_0000", "We wait for"
    yield "no_invoices", "/billing/invoices/", "No invoices yet"
    yield "company", "/billing/company/", "Codice"
    trade.buys("self_monthly")
    yield "paid", "/billing/checkout/self_monthly/?session=cs_0000", "Thank you"
    yield "usage", "/billing/", "Renews on"
    yield "plans_by_year", "/billing/plans/?every=year", "Choose Managed"
    yield "change", "/billing/offers/managed_monthly/", "Confirm"
    yield "pack", "/billing/offers/pack_voice_characters/", "Go to payment"
    yield "late", "/billing/checkout/pack_voice_characters/?session=cs_0000&looks=99", "longer than usual"
    yield "cancel", "/billing/cancel/", "Cancel at the end of the period"
    trade.buys("pack_voice_characters")
    trade.gets_money_back()
    yield "invoices", "/billing/invoices/", "Disputed at the bank"
    trade.falls_due()
    yield "overdue", "/billing/", "The last payment failed"
    yield "shows", "/shows/", "The last payment failed"
    yield "unpaid_invoice", "/billing/invoices/", "To be paid"
