"""PostgreSQL is stopped and started again while Stripe's webhooks arrive."""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connection
from djstripe.signals import webhook_pre_process

from billing.subscriptions.catalogue_sync import sync_catalogue
from tenants.models import Tenant, User
from tenants.services import create_tenant
from tests.billing.subscriptions.conftest import PUBLIC_URL
from tests.billing.subscriptions.shop import buy
from tests.billing.subscriptions.test_webhooks import SELF_SECONDS, completed, end_state, send
from tests.fakes.postgres import OwnPostgres
from tests.fakes.stripe_server.server import LocalStripe
from tests.fakes.stripe_server.webhooks import endpoints_for
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]

PAID = ("self", "active", SELF_SECONDS)


@pytest.fixture
def postgres(django_db_blocker: Any) -> Iterator[OwnPostgres]:
    """A PostgreSQL of the test's own, which all of Django uses meanwhile."""
    before = dict(connection.settings_dict)
    with tempfile.TemporaryDirectory(prefix="vivavoce-paid-") as folder, django_db_blocker.unblock():
        server = OwnPostgres(Path(folder) / "postgres")
        connection.close()
        host = server.parameters["host"]
        connection.settings_dict.update(HOST=host, PORT="", NAME="postgres", USER="postgres", PASSWORD="")
        try:
            yield server
        finally:
            connection.close()
            connection.settings_dict.update(before)
            server.close()


@pytest.fixture
def payer(server: LocalStripe, postgres: OwnPostgres) -> Tenant:
    """A workspace that has paid for a month, of which no event has arrived."""
    sync_catalogue(PUBLIC_URL)
    server.world.events.clear()
    tenant = create_tenant(owner=User.objects.create_user("payer@example.com"), name="Payer", language="en")
    buy(server, tenant, "self_monthly")
    return tenant


def in_thread(work: Callable[[], Any]) -> Any:
    """Run it in a thread with a connection of its own, as a server's request has."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(run).result(PATIENCE_S)


def test_events_during_a_restart_are_asked_for_again_and_count_once(
    server: LocalStripe, postgres: OwnPostgres, payer: Tenant
) -> None:
    events = [each for each in server.world.events if endpoints_for(server.world, each)]

    # While it is away.
    postgres.stop("fast")
    assert in_thread(lambda: send(server, completed(server))) == 503
    postgres.start()

    # It restarts in the middle of an event.
    def restart(**kwargs: Any) -> None:
        postgres.stop("immediate")
        postgres.start()

    webhook_pre_process.connect(restart)
    try:
        assert in_thread(lambda: send(server, completed(server))) == 503
    finally:
        webhook_pre_process.disconnect(restart)
    assert in_thread(lambda: end_state(payer)) == ("trial", "trial", 3_600)

    # It restarts twice under a crowd of events; Stripe sends each again until it is accepted.
    is_back, until_s = Event(), time.monotonic() + 2 * PATIENCE_S
    refused: list[int] = []

    def post(event: dict[str, Any]) -> None:
        while (status := in_thread(lambda: send(server, event))) != 200:
            refused.append(status)
            assert is_back.wait(PATIENCE_S)
            assert time.monotonic() < until_s, "it is never accepted"

    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(post, event) for event in events * 2]
        for mode in ("immediate", "fast"):
            postgres.stop(mode)
            postgres.start()
        is_back.set()
        for each in sent:
            each.result()
    assert set(refused) <= {503}
    assert in_thread(lambda: end_state(payer)) == PAID
