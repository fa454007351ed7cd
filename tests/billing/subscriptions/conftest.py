from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.stripe_server.server import LocalStripe, local_stripe
from tests.fakes.stripe_server.webhooks import endpoints_for, signed

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PUBLIC_URL = "https://vivavoce.example"
Deliver = Callable[..., list[int]]


@pytest.fixture
def server(settings: "SettingsWrapper", monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStripe]:
    """A local Stripe that the product calls; this installation sells."""
    with local_stripe() as running:
        monkeypatch.setattr("stripe.api_base", running.url)
        settings.BILLING_ENABLED = True
        yield running


@pytest.fixture
def catalogue(server: LocalStripe, db: None) -> LocalStripe:
    """The local Stripe with our products and our webhook endpoint; nothing of it is undelivered."""
    from billing.subscriptions.catalogue_sync import sync_catalogue

    sync_catalogue(PUBLIC_URL)
    server.world.events.clear()
    return server


@pytest.fixture
def deliver(catalogue: LocalStripe) -> Deliver:
    """Call to post the events that Stripe has announced since the last time; return the statuses."""
    from django.test import Client

    world = catalogue.world

    def post(events: list[dict[str, Any]] | None = None) -> list[int]:
        statuses = []
        waiting = list(world.events) if events is None else events
        if events is None:
            world.events.clear()
        for event in waiting:
            for endpoint in endpoints_for(world, event):
                body, signature = signed(event, endpoint["secret"])
                path = endpoint["url"].removeprefix(PUBLIC_URL)
                answer = Client().post(
                    path, body, content_type="application/json", headers={"Stripe-Signature": signature}
                )
                statuses.append(answer.status_code)
        return statuses

    return post
