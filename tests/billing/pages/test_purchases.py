"""Buying, changing and cancelling on the pages, against the local Stripe; and nobody else can."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from billing.models.account import BillingAccount
from billing.subscriptions.checkout import start_checkout
from tenants.models import Tenant, User
from tests.billing.subscriptions.conftest import Deliver
from tests.fakes.stripe_server.checkout import complete
from tests.fakes.stripe_server.server import LocalStripe

ClientFor = Callable[[User], Client]
PATHS = (
    "/billing/plans/",
    "/billing/offers/self_monthly/",
    "/billing/checkout/self_monthly/",
    "/billing/checkout/cancelled/",
    "/billing/cancel/",
    "/billing/invoices/",
)
COMMANDS = ("/billing/offers/self_monthly/", "/billing/cancel/", "/billing/resume/", "/billing/portal/")


def pay(stripe: LocalStripe, address: str, card: str = "4242") -> str:
    """Pay on Stripe's page, and return where it sends the browser back."""
    session_id = address.rsplit("/", 1)[1]
    with stripe.world.lock:
        return complete(stripe.world, stripe.world.get(session_id, "checkout.session"), card, "")


def buy(client: Client, stripe: LocalStripe, lookup_key: str) -> str:
    """Press the button of an offer and pay; return the path of the page after it."""
    answer = client.post(f"/billing/offers/{lookup_key}/")
    assert answer.status_code == 303
    return pay(stripe, answer.headers["Location"]).removeprefix("http://testserver")


def account_of(tenant: Tenant) -> BillingAccount:
    with scopes_disabled():
        found: BillingAccount = BillingAccount.objects.get(tenant=tenant)
    return found


@pytest.fixture
def client(alice: User, tenant: Tenant, client_for: ClientFor, catalogue: LocalStripe) -> Client:
    return client_for(alice)


@pytest.fixture
def subscribed(client: Client, catalogue: LocalStripe, deliver: Deliver) -> Client:
    """Alice's browser, after she has bought the plan Self."""
    buy(client, catalogue, "self_monthly")
    deliver()
    return client


def test_the_return_page_waits_for_the_webhook(
    client: Client, catalogue: LocalStripe, deliver: Deliver, tenant: Tenant
) -> None:
    assert "€ 39" in client.get("/billing/offers/self_monthly/").content.decode()
    back = buy(client, catalogue, "self_monthly")
    page = client.get(back).content.decode()
    assert "We wait for Stripe" in page
    again = re.findall(r'hx-get="([^"]+)"', page)[0].replace("&amp;", "&")
    assert f'href="{again.replace("&", "&amp;")}"' in page, "without a script the link asks again"
    deliver()
    part = client.get(again, headers={"hx-request": "true"}).content.decode()
    assert "Paid. Thank you!" in part
    assert "<html" not in part
    assert "hx-get" not in part
    assert (account_of(tenant).plan, account_of(tenant).state) == ("self", "active")


def test_a_late_webhook_is_said_and_stripe_is_asked_itself(
    client: Client, catalogue: LocalStripe, deliver: Deliver, tenant: Tenant
) -> None:
    back = buy(client, catalogue, "self_monthly")
    catalogue.world.faults = [500] * 9
    assert "longer than usual" in client.get(f"{back}&looks=10").content.decode()
    catalogue.world.faults = []
    assert "Paid. Thank you!" in client.get(f"{back}&looks=11").content.decode()
    assert account_of(tenant).state == "active"


def test_a_pack_arrives_in_the_ledger(
    client: Client, catalogue: LocalStripe, deliver: Deliver, tenant: Tenant
) -> None:
    back = buy(client, catalogue, "pack_tokens")
    assert "We wait for Stripe" in client.get(back).content.decode()
    deliver()
    assert "Added to your credit: 2 million tokens" in client.get(back).content.decode()
    assert account_of(tenant).plan == "trial"


def test_a_dearer_plan_is_paid_as_previewed(
    subscribed: Client, catalogue: LocalStripe, tenant: Tenant
) -> None:
    page = subscribed.get("/billing/offers/managed_monthly/").content.decode()
    assert "You pay now" in page
    seal = re.findall(r'name="seal" value="([^"]+)"', page)[0]
    assert subscribed.post("/billing/offers/managed_monthly/", {"seal": seal}).status_code == 302
    assert account_of(tenant).plan == "managed"
    assert "Plan Managed" in subscribed.get("/billing/").content.decode()


@pytest.mark.parametrize("seal", ["", "forged", "of another plan"])
def test_a_change_without_its_own_quote_is_shown_again(subscribed: Client, seal: str, tenant: Tenant) -> None:
    if seal == "of another plan":
        page = subscribed.get("/billing/offers/agency_monthly/").content.decode()
        seal = re.findall(r'name="seal" value="([^"]+)"', page)[0]
    answer = subscribed.post("/billing/offers/managed_monthly/", {"seal": seal})
    assert answer.status_code == 422
    assert "computed again" in answer.content.decode()
    assert account_of(tenant).plan == "self"


def test_an_add_on_is_added_and_removed(subscribed: Client, tenant: Tenant) -> None:
    for count, owned in ((3, {"extra_hours": 3}), (1, None)):
        path = f"/billing/offers/extra_hours_monthly/?quantity={count}"
        seal = re.findall(r'name="seal" value="([^"]+)"', subscribed.get(path).content.decode())[0]
        assert subscribed.post(path, {"seal": seal}).status_code == 302
        if owned:
            assert account_of(tenant).add_ons == owned
    assert "10 extra live hours" in subscribed.get("/billing/").content.decode()


def test_a_plan_is_cancelled_and_kept_again(subscribed: Client, tenant: Tenant) -> None:
    assert "Nothing is deleted" in subscribed.get("/billing/cancel/").content.decode()
    subscribed.post("/billing/cancel/")
    assert account_of(tenant).cancel_at is not None
    assert "Ends soon" in subscribed.get("/billing/").content.decode()
    subscribed.post("/billing/resume/")
    assert account_of(tenant).cancel_at is None


def test_invoices_are_listed_with_their_files(subscribed: Client) -> None:
    page = subscribed.get("/billing/invoices/").content.decode()
    assert "€ 39" in page
    assert ">Paid<" in page
    assert "PDF" in page


def test_when_stripe_does_not_answer_the_page_says_so(subscribed: Client, catalogue: LocalStripe) -> None:
    catalogue.world.faults = [500] * 9
    answer = subscribed.get("/billing/offers/managed_monthly/")
    assert answer.status_code == 503
    assert "does not answer, so nothing was charged" in answer.content.decode()


def test_a_vat_id_that_stripe_refuses_is_not_stored(
    subscribed: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from billing.pages import company_views
    from billing.subscriptions.errors import PaymentRefused

    def refuse(tenant: Tenant) -> None:
        raise PaymentRefused("Stripe does not know it.", code="vat_id_refused")

    monkeypatch.setattr(company_views, "push_company", refuse)
    company = {"company_name": "A", "country": "DE", "address_line": "B", "postal_code": "1", "city": "C"}
    answer = subscribed.post("/billing/company/", {**company, "vat_id": "136695976"})
    assert answer.status_code == 422
    assert "Stripe does not know it." in answer.content.decode()
    assert account_of(tenant).company_name == ""


def test_charlie_reaches_nothing_of_alices(
    subscribed: Client,
    catalogue: LocalStripe,
    tenant: Tenant,
    charlie: User,
    other_tenant: Tenant,
    client_for: ClientFor,
) -> None:
    stranger = client_for(charlie)
    assert "No invoices yet" in stranger.get("/billing/invoices/").content.decode()
    portal = stranger.post("/billing/portal/", follow=True)
    assert "has not bought anything yet" in portal.content.decode()
    stranger.post("/billing/cancel/")
    assert account_of(tenant).cancel_at is None
    with scopes_disabled():
        address = start_checkout(tenant, "pack_tokens", success_url="x", cancel_url="x")
    session_id = address.rsplit("/", 1)[1]
    pay(catalogue, address)
    page = stranger.get(f"/billing/checkout/pack_tokens/?session={session_id}").content.decode()
    assert "We wait for Stripe" in page, "another's purchase never arrives"


def test_bob_and_visitors_reach_no_page_of_money(
    bob: User, client_for: ClientFor, catalogue: LocalStripe
) -> None:
    for path in PATHS:
        assert client_for(bob).get(path).status_code == 403, path
        assert Client().get(path).status_code == 302, path
    for path in COMMANDS:
        assert client_for(bob).post(path).status_code == 403, path


def test_without_billing_nothing_can_be_bought(client: Client, catalogue: LocalStripe, settings: Any) -> None:
    settings.BILLING_ENABLED = False
    for path in PATHS:
        assert client.get(path).status_code == 404, path
    for path in COMMANDS:
        assert client.post(path).status_code == 404, path
