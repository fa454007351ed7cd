"""What the product expects of Stripe, asked of the local stand-in or, with `--stripe-test-mode`, of Stripe.

Webhooks need an address that Stripe reaches, so the mirror is brought up to date by asking.
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe
from django.conf import settings as django_settings
from django_scopes import scopes_disabled
from djstripe.models import Customer

from billing.models.account import BillingAccount
from billing.plans.entitlements import account_of
from billing.subscriptions.api import asking_stripe, once
from billing.subscriptions.catalogue_sync import sync_catalogue
from billing.subscriptions.changes import cancel, change_plan, preview_change, resume
from billing.subscriptions.checkout import required_price_id, start_checkout
from billing.subscriptions.customers import ensure_customer, push_company
from billing.subscriptions.errors import CardDeclined, PaymentRefused
from billing.subscriptions.invoices import invoices_of
from billing.subscriptions.portal import open_portal
from billing.subscriptions.refresh import refresh_tenant
from tenants.models import Tenant
from tests.fakes.stripe_server.server import local_stripe

State = BillingAccount.State
ADDRESS = {"country": "IT", "address_line": "Via Roma 1", "postal_code": "20100", "city": "Milano"}


@pytest.fixture
def synced_stripe(
    request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[None]:
    """Stripe with our catalogue, and an installation that sells."""
    settings.BILLING_ENABLED = True
    if request.config.getoption("stripe_test_mode"):
        settings.STRIPE_TEST_SECRET_KEY = os.environ["STRIPE_TEST_SECRET_KEY"]
        monkeypatch.setattr("stripe.api_base", stripe.DEFAULT_API_BASE)
        with scopes_disabled():
            sync_catalogue("https://vivavoce.example")
            yield
        return
    with local_stripe() as running, scopes_disabled():
        monkeypatch.setattr("stripe.api_base", running.url)
        sync_catalogue("https://vivavoce.example")
        yield


@pytest.fixture
def payer(synced_stripe: None, tenant: Tenant) -> Tenant:
    """A workspace with a good card and a month that is paid."""
    BillingAccount.objects.filter(tenant=tenant).update(company_name="Alice Srl", **ADDRESS)
    subscribe(tenant, "pm_card_visa")
    return tenant


def subscribe(tenant: Tenant, card: str) -> None:
    """Do what a person does in Checkout, without its page."""
    customer = ensure_customer(tenant)
    use_card(customer.id, card)
    asked = {"customer": customer.id, "items": [{"price": required_price_id("self_monthly"), "quantity": 1}]}
    with asking_stripe() as api:
        api.subscriptions.create(asked, once("subscribe"))
    assert refresh_tenant(tenant)


def use_card(customer_id: str, card: str) -> None:
    with asking_stripe() as api:
        method = api.payment_methods.attach(card, {"customer": customer_id}, once("card"))
        chosen = {"invoice_settings": {"default_payment_method": method.id}}
        api.customers.update(customer_id, chosen, once("card"))


def test_a_second_sync_of_the_catalogue_changes_nothing(synced_stripe: None) -> None:
    assert sync_catalogue("https://vivavoce.example").changes == []


def test_checkout_gives_an_address_at_stripe_and_the_same_one_again(
    synced_stripe: None, tenant: Tenant
) -> None:
    asked: Any = {
        "success_url": "https://x.example/?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://x.example/",
    }
    first = start_checkout(tenant, "self_monthly", **asked)
    assert urlsplit(first).path
    assert start_checkout(tenant, "self_monthly", **asked) == first
    assert start_checkout(tenant, "pack_tokens", **asked) != first


def test_a_paid_month_makes_the_plan_active_with_an_invoice(payer: Tenant) -> None:
    account = account_of(payer.id)
    assert (account.plan, account.state, account.interval) == ("self", State.ACTIVE, "month")
    [invoice] = invoices_of(payer)
    assert (invoice.total.cents, invoice.status) == (3_900, "paid")
    assert invoice.page_url
    assert invoice.pdf_url


def test_an_upgrade_is_charged_as_it_was_previewed(payer: Tenant) -> None:
    preview = preview_change(payer, "managed_monthly")
    change_plan(payer, "managed_monthly", at=preview.at)
    assert account_of(payer.id).plan == "managed"
    assert invoices_of(payer)[0].total.cents == preview.due_now.cents


def test_an_upgrade_with_a_card_that_fails_changes_nothing(payer: Tenant) -> None:
    use_card(Customer.objects.get(subscriber=payer).id, "pm_card_chargeCustomerFail")
    with pytest.raises(CardDeclined):
        change_plan(payer, "managed_monthly")
    refresh_tenant(payer)
    assert (account_of(payer.id).plan, account_of(payer.id).state) == ("self", State.ACTIVE)


def test_a_plan_is_cancelled_for_its_end_and_resumed(payer: Tenant) -> None:
    cancel(payer)
    assert account_of(payer.id).cancel_at == account_of(payer.id).period_end
    resume(payer)
    assert account_of(payer.id).cancel_at is None
    assert urlsplit(open_portal(payer, return_url="https://x.example/")).scheme.startswith("http")


def test_company_data_and_a_vat_id_go_to_stripe_and_a_wrong_one_is_refused(payer: Tenant) -> None:
    BillingAccount.objects.filter(tenant=payer).update(vat_id="IT12345678903", recipient_code="ABC1234")
    push_company(payer)
    customer = Customer.objects.get(subscriber=payer)
    with asking_stripe() as api:
        known = api.customers.retrieve(customer.id)
        values = [each.value for each in api.customers.tax_ids.list(customer.id).data]
    assert (known.name, known.address.city, values) == ("Alice Srl", "Milano", ["IT12345678903"])
    assert known.metadata["recipient_code"] == "ABC1234"
    BillingAccount.objects.filter(tenant=payer).update(vat_id="")
    push_company(payer)
    with asking_stripe() as api:
        assert api.customers.tax_ids.list(customer.id).data == []
    BillingAccount.objects.filter(tenant=payer).update(vat_id="IT1")
    with pytest.raises(PaymentRefused) as refused:
        push_company(payer)
    assert refused.value.code == "vat_id_refused"


def test_the_version_of_the_api_is_ours(synced_stripe: None) -> None:
    assert stripe.api_version == django_settings.STRIPE_API_VERSION
