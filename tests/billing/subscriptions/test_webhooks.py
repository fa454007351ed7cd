"""Webhooks on bad days: the right status, and the same account in the end."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from djstripe.models import Customer, WebhookEventTrigger
from djstripe.signals import webhook_pre_process

from billing.ledger.balances import balance_of
from billing.models.account import BillingAccount
from billing.plans.catalogue import PLANS, Meter, PlanKey
from billing.plans.entitlements import account_of
from billing.subscriptions.upkeep import prune_webhooks
from tenants.models import Tenant
from tests.billing.subscriptions.conftest import PUBLIC_URL, Deliver
from tests.billing.subscriptions.shop import buy
from tests.fakes.stripe_server.catalogue import create_customer
from tests.fakes.stripe_server.server import LocalStripe
from tests.fakes.stripe_server.webhooks import endpoints_for, signed

State = BillingAccount.State
SELF_SECONDS = PLANS[PlanKey.SELF].grants[Meter.LIVE_SECONDS]


@pytest.fixture
def bought(catalogue: LocalStripe, tenant: Tenant) -> LocalStripe:
    """Alice has paid for a month; no event of it has arrived."""
    buy(catalogue, tenant, "self_monthly")
    return catalogue


def send(server: LocalStripe, event: dict[str, Any], **changes: Any) -> int:
    """Post one event with a signature of its endpoint; `changes` say what is wrong with it."""
    endpoint = endpoints_for(server.world, event)[0]
    body, signature = signed(event, changes.get("secret") or endpoint["secret"], changes.get("at"))
    headers = {"Stripe-Signature": changes.get("signature", signature), **changes.get("headers", {})}
    headers = {name: value for name, value in headers.items() if value is not None}
    path = endpoint["url"].removeprefix(PUBLIC_URL)
    sent = changes.get("body", body)
    client = Client(raise_request_exception=False)
    return client.post(path, sent, content_type="application/json", headers=headers).status_code


def completed(server: LocalStripe) -> dict[str, Any]:
    return next(each for each in server.world.events if each["type"] == "invoice.paid")


def end_state(tenant: Tenant) -> tuple[str, str, int]:
    account = account_of(tenant.id)
    return account.plan, account.state, balance_of(tenant, Meter.LIVE_SECONDS).granted


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": None},
        {"signature": "t=1,v1=00"},
        {"signature": "nonsense"},
        {"secret": "whsec_wrong"},
        {"at": int(time.time()) - 3_600},
        {"body": b"{}"},
        {"body": b"\xff\xfe"},
    ],
    ids=["unsigned", "forged", "nonsense", "other-secret", "stale", "other-body", "no-text"],
)
def test_what_stripe_did_not_sign_now_is_refused_and_not_stored(
    bought: LocalStripe, tenant: Tenant, changes: dict[str, Any]
) -> None:
    assert send(bought, completed(bought), **changes) == 400
    assert not WebhookEventTrigger.objects.exists()
    assert account_of(tenant.id).state == State.TRIAL


@pytest.mark.parametrize("debug", [False, True])
def test_nobody_chooses_the_secret_by_a_header(
    bought: LocalStripe, tenant: Tenant, settings: Any, debug: bool
) -> None:
    settings.DEBUG = debug
    chosen = {"x-djstripe-webhook-secret": "whsec_mine"}
    assert send(bought, completed(bought), secret="whsec_mine", headers=chosen) == 400
    assert account_of(tenant.id).state == State.TRIAL


def test_an_unknown_endpoint_and_another_method_are_refused(bought: LocalStripe) -> None:
    path = f"/stripe/webhook/{'0' * 8}-0000-0000-0000-{'0' * 12}/"
    headers = {"Stripe-Signature": "t=1,v1=00"}
    assert Client().post(path, b"{}", content_type="application/json", headers=headers).status_code == 404
    assert Client().get(path).status_code == 405


def test_a_replayed_event_changes_nothing(bought: LocalStripe, tenant: Tenant, deliver: Deliver) -> None:
    events = list(bought.world.events)
    deliver()
    before = end_state(tenant)
    assert set(deliver(events + events)) == {200}
    assert end_state(tenant) == before == ("self", "active", SELF_SECONDS)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_events_does_not_matter(
    bought: LocalStripe, tenant: Tenant, deliver: Deliver, seed: int
) -> None:
    events = list(bought.world.events)
    random.Random(seed).shuffle(events)
    assert set(deliver(events)) == {200}
    assert end_state(tenant) == ("self", "active", SELF_SECONDS)


METADATA: dict[str, Any] = {
    "nobody": {"djstripe_subscriber": str(uuid4())},
    "no UUID": {"djstripe_subscriber": "alice"},
    "empty": {"djstripe_subscriber": ""},
    "long text": {"djstripe_subscriber": "7" * 500},
    "list": {"djstripe_subscriber": ["a", "b"]},
    "number": {"djstripe_subscriber": 7},
    "other keys": {"colour": "blue"},
    "none": {},
    "missing": ...,
}


def make_by_hand(server: LocalStripe, metadata: Any) -> str:
    """Create a customer as somebody does in Stripe's dashboard; return its id."""
    with server.world.lock:
        customer = create_customer(server.world, {"email": "made@by.hand"})
        if metadata is ...:
            del customer["metadata"]
        else:
            customer["metadata"] = metadata
    server.world.events[-1]["data"]["object"] = dict(customer)
    return str(customer["id"])


def test_a_customer_of_no_workspace_of_ours_is_mirrored_and_changes_no_account(
    bought: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    deliver()
    before = end_state(tenant)
    for name, metadata in METADATA.items():
        stranger = make_by_hand(bought, metadata)
        assert deliver() == [200], name
        assert Customer.objects.get(id=stranger).subscriber is None, name
    assert end_state(tenant) == before


def test_a_customer_of_a_deleted_workspace_is_mirrored_without_it(
    bought: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    gone = Tenant.objects.create(name="Gone", slug="gone")
    stranger = make_by_hand(bought, {"djstripe_subscriber": str(gone.id)})
    again = dict(bought.world.events[-1], id="evt_again")
    assert set(deliver()) == {200}
    assert Customer.objects.get(id=stranger).subscriber == gone
    Tenant.objects.filter(id=gone.id).delete()
    assert deliver([again]) == [200]
    assert Customer.objects.get(id=stranger).subscriber is None


def test_emptied_metadata_do_not_cut_a_customer_off_from_its_workspace(
    bought: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    deliver()
    customer = Customer.objects.get(subscriber=tenant)
    bought.world.objects[customer.id]["metadata"] = {}
    bought.world.emit("customer.updated", bought.world.objects[customer.id])
    assert deliver() == [200]
    assert Customer.objects.get(id=customer.id).subscriber == tenant


def test_while_stripe_gives_no_answer_the_event_must_come_again(
    bought: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    event = completed(bought)
    bought.world.faults += [503]
    assert send(bought, event) == 503
    assert account_of(tenant.id).state == State.TRIAL
    assert send(bought, event) == 200
    deliver()
    assert end_state(tenant) == ("self", "active", SELF_SECONDS)


def test_old_requests_are_pruned_and_failed_ones_later(bought: LocalStripe, deliver: Deliver) -> None:
    deliver()
    rows = WebhookEventTrigger.objects.order_by("id")
    failed = rows.last()
    assert failed is not None
    rows.filter(id=failed.id).update(processed=False)
    stored, now = rows.count(), timezone.now()
    assert prune_webhooks(now + timedelta(days=31)) == stored - 1 > 0
    assert list(rows) == [failed]
    assert prune_webhooks(now + timedelta(days=91)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_during_a_restart_of_the_database_comes_again_and_counts_once(
    bought: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    """The server ends the connection in the middle of the work, as it does when it restarts."""
    events = list(bought.world.events)

    def end_connection(**kwargs: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    webhook_pre_process.connect(end_connection)
    try:
        status = send(bought, completed(bought))
    finally:
        webhook_pre_process.disconnect(end_connection)
        connection.close()
    assert status == 503
    assert account_of(tenant.id).state == State.TRIAL
    assert set(deliver(events)) == {200}
    assert end_state(tenant) == ("self", "active", SELF_SECONDS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_20_events_at_once_end_like_one_after_the_other(
    bought: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    wanted = [each for each in bought.world.events if endpoints_for(bought.world, each)]
    events = (wanted * 20)[:20]

    def post(event: dict[str, Any]) -> int:
        try:
            return send(bought, event)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(post, events))
    assert set(statuses) <= {200, 503}
    assert set(deliver(events)) == {200}
    assert end_state(tenant) == ("self", "active", SELF_SECONDS)
