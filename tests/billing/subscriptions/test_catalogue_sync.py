"""`manage.py sync_stripe_catalogue` brings Stripe in line with the plans in code."""

import io
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from djstripe.models import WebhookEndpoint

from billing.plans import catalogue as plans
from billing.plans.catalogue import PLANS, Money, PlanKey
from billing.subscriptions.catalogue_sync import sync_catalogue
from billing.subscriptions.mirror import price_id_of, price_key_of_id
from billing.subscriptions.offers import every_price
from tests.billing.subscriptions.conftest import PUBLIC_URL
from tests.fakes.stripe_server.server import LocalStripe


def test_every_price_is_at_stripe_and_in_the_mirror(catalogue: LocalStripe) -> None:
    at_stripe = {
        each["lookup_key"]: each["unit_amount"] for each in catalogue.world.all("price", active=True)
    }
    assert at_stripe == {price.lookup_key: price.money.cents for _, price in every_price()}
    assert all(price_id_of(key) for key in at_stripe)


def test_a_second_run_changes_nothing(catalogue: LocalStripe) -> None:
    before = len(catalogue.world.objects)
    assert sync_catalogue(PUBLIC_URL).changes == []
    assert len(catalogue.world.objects) == before
    assert {method for method, _, _ in catalogue.world.requests} == {"GET"}


def test_a_changed_amount_makes_a_new_price_that_takes_the_key(
    catalogue: LocalStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = price_id_of("self_monthly")
    plan = PLANS[PlanKey.SELF]
    dearer = replace(plan.prices[0], money=Money(4_500))
    changed = {**PLANS, PlanKey.SELF: replace(plan, prices=(dearer, *plan.prices[1:]))}
    monkeypatch.setattr("billing.subscriptions.offers.PLANS", changed)
    monkeypatch.setattr(plans, "PLANS", changed)

    assert sync_catalogue(PUBLIC_URL).changes == [
        "created self_monthly",
        "archived the earlier price of self_monthly",
    ]
    new = price_id_of("self_monthly")
    assert new != old
    assert catalogue.world.get(new)["unit_amount"] == 4_500
    assert not catalogue.world.get(old)["active"]
    assert price_key_of_id(str(old)) == "self_monthly"  # who pays the old price still has the plan


def test_another_address_changes_the_one_endpoint(catalogue: LocalStripe) -> None:
    secret = WebhookEndpoint.objects.get().secret
    assert "changed the webhook endpoint" in sync_catalogue("https://other.example/").changes
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.url.startswith("https://other.example/stripe/webhook/")
    assert endpoint.secret == secret != ""
    assert len(list(catalogue.world.all("webhook_endpoint"))) == 1


def test_the_command_says_what_it_has_done(catalogue: LocalStripe) -> None:
    out = io.StringIO()
    call_command("sync_stripe_catalogue", url=PUBLIC_URL, stdout=out)
    assert out.getvalue() == "Nothing to change.\n"


def test_without_an_address_or_a_key_the_command_says_what_is_missing(
    catalogue: LocalStripe, settings: Any
) -> None:
    with pytest.raises(CommandError, match="PUBLIC_URL"):
        call_command("sync_stripe_catalogue", url="")
    settings.STRIPE_TEST_SECRET_KEY = ""
    with pytest.raises(CommandError, match="not set up"):
        call_command("sync_stripe_catalogue", url=PUBLIC_URL)
