import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes.stripe_server.server import LocalStripe, local_stripe
from tests.fakes.stripe_server.webhooks import endpoints_for, signed

PUBLIC_URL = "https://vivavoce.example"
Deliver = Callable[..., list[int]]


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStripe]:
    """A local Stripe that the product calls; this installation sells."""
    with local_stripe() as running:
        monkeypatch.setattr("stripe.api_base", running.url)
        settings.BILLING_ENABLED = True
        yield running


@dataclass(slots=True)
class SyncedCatalogue:
    """What a sync has made, at the local Stripe and in our tables, so that one run serves all tests."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)


@pytest.fixture(scope="session")
def synced() -> SyncedCatalogue:
    return SyncedCatalogue()


@pytest.fixture
def catalogue(server: LocalStripe, db: None, synced: SyncedCatalogue) -> LocalStripe:
    """The local Stripe with our products and our webhook endpoint; nothing of it is undelivered."""
    from djstripe.models import Account, APIKey, Price, Product, WebhookEndpoint

    from billing.subscriptions.catalogue_sync import sync_catalogue

    if not synced.rows:
        sync_catalogue(PUBLIC_URL)
        for model in (Account, APIKey, Product, Price, WebhookEndpoint):
            synced.rows.append((model, list(model.objects.all())))
        synced.objects = copy.deepcopy(server.world.objects)
    else:
        for model, rows in synced.rows:
            model.objects.bulk_create(copy.deepcopy(rows))
    server.world.objects = copy.deepcopy(synced.objects)
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
