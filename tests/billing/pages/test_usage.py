"""The page of plan and usage: bars, forecasts, warnings, costs, and who may see them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.ledger.balances import Balance
from billing.ledger.grants import grant
from billing.models.account import BillingAccount
from billing.models.ledger import Grant, UsageDay, UsageLive
from billing.pages.meters import meter_rows
from billing.plans.catalogue import HOUR_S, Meter
from billing.subscriptions.credits import end_trial
from billing.usage import UsageKind
from livesessions.models.sessions import LiveSession
from tenants.models import AuditEntry, Membership, Tenant, User

ClientFor = Callable[[User], Client]
PATH = "/billing/"


@pytest.fixture(autouse=True)
def _bills(settings: Any) -> Iterator[None]:
    settings.BILLING_ENABLED = True
    with scopes_disabled():
        yield


@pytest.fixture
def subscribed(tenant: Tenant) -> Tenant:
    """Alice's workspace, ten days on the plan Self: half of the hours is used, and 96 % of the voice."""
    now = timezone.now()
    start, end = now - timedelta(days=10), now + timedelta(days=20)
    account, _made = BillingAccount.objects.update_or_create(
        tenant=tenant, defaults={"plan": "self", "state": "active", "period_start": start, "period_end": end}
    )
    end_trial(account, at=now)
    for meter, quantity, used in (
        (Meter.LIVE_SECONDS, 30 * HOUR_S, 15 * HOUR_S),
        (Meter.VOICE_CHARACTERS, 300_000, 288_000),
    ):
        row = grant(
            tenant_id=tenant.id,
            meter=meter,
            quantity=quantity,
            source="plan",
            key=f"test {meter}",
            starts_at=start,
            expires_at=end,
        )
        Grant.objects.filter(id=row.id).update(used=used)
    day = now.date()
    for kind, quantity, cost in (
        (UsageKind.LIVE_SECONDS, 15 * HOUR_S, 0),
        (UsageKind.VOICE_CHARACTERS, 288_000, 4_320_000),
    ):
        UsageDay.objects.create(tenant=tenant, day=day, kind=kind, quantity=quantity, cost_micro_eur=cost)
    return tenant


def page(client: Client) -> str:
    answer = client.get(PATH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_alice_reads_what_is_left_and_when_it_runs_out(
    alice: User, subscribed: Tenant, client_for: ClientFor
) -> None:
    text = page(client_for(alice))
    assert "<strong>15 h</strong> of 30 h" in text
    assert "At this pace it is used up on" in text
    assert "Almost used up: 12,000 characters are left." in text
    assert "€ 39 a month" in text
    assert "€ 4.32" in text


def test_alice_reads_what_each_live_cost(
    alice: User, subscribed: Tenant, session: LiveSession, client_for: ClientFor
) -> None:
    now = timezone.now()
    for kind, quantity, cost in (("live_seconds", 5_400, 0), ("voice_characters", 12_345, 185_175)):
        UsageLive.objects.create(
            tenant=subscribed,
            live_id=session.id,
            kind=kind,
            quantity=quantity,
            cost_micro_eur=cost,
            last_at=now,
        )
    UsageLive.objects.create(
        tenant=subscribed, live_id=uuid4(), kind="tokens", quantity=1, cost_micro_eur=1, last_at=now
    )
    row = page(client_for(alice)).split(f'href="/lives/{session.id}/"')[1].split("</tr>")[0]
    assert session.show.name in row
    for text in ("1 h 30 min", "12,345", "€ 0.19"):
        assert f">{text}<" in row
    assert "A deleted live" in page(client_for(alice))


def test_charlie_sees_nothing_of_alices_usage(
    subscribed: Tenant, charlie: User, other_tenant: Tenant, client_for: ClientFor
) -> None:
    text = page(client_for(charlie))
    assert "15 h" not in text
    assert "€ 4.32" not in text


@pytest.mark.parametrize("role", [Membership.Role.VIEWER, Membership.Role.EDITOR])
def test_who_may_not_pay_sees_no_money(
    role: str, subscribed: Tenant, bob: User, client_for: ClientFor
) -> None:
    Membership.objects.filter(user=bob).update(role=role)
    client = client_for(bob)
    assert client.get(PATH).status_code == 403
    home = client.get("/").content.decode()
    assert "€" not in home
    assert f'href="{PATH}"' not in home


def test_the_page_needs_the_same_few_queries_for_any_number_of_lives(
    alice: User, subscribed: Tenant, client_for: ClientFor
) -> None:
    client = client_for(alice)
    page(client)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            page(client)
        counts.append(len(captured))
        for _live in range(20):
            UsageLive.objects.create(
                tenant=subscribed,
                live_id=uuid4(),
                kind="live_seconds",
                quantity=60,
                cost_micro_eur=1,
                last_at=timezone.now(),
            )
    assert counts[1] <= counts[0] + 1, "the lives' names"
    assert counts[1] <= 16
    assert not any("billing_usageentry" in query["sql"] for query in captured.captured_queries)


def test_without_billing_the_page_shows_what_was_used_and_sells_nothing(
    alice: User, subscribed: Tenant, client_for: ClientFor, settings: Any
) -> None:
    settings.BILLING_ENABLED = False
    text = page(client_for(alice))
    assert "<strong>15 h</strong>" in text
    assert "of 30 h" not in text
    assert "/billing/plans/" not in text
    assert "/billing/company/" not in text


@pytest.mark.parametrize(
    ("used", "percent", "warning"),
    [
        (79, 79, ""),
        (80, 80, "20 tokens are left."),
        (95, 95, "Almost used up: 5 tokens"),
        (100, 100, "Used up"),
    ],
)
def test_warnings_come_at_80_and_95_percent(used: int, percent: int, warning: str) -> None:
    now = timezone.now()
    (row,) = meter_rows({Meter.TOKENS: Balance(granted=100, used=used)}, {}, start=now)
    assert row.percent == percent
    assert row.warning.startswith(warning)
    assert bool(row.warning) == bool(warning)


def test_a_limit_per_live_is_saved_and_a_wrong_one_is_kept_in_its_field(
    alice: User, subscribed: Tenant, client_for: ClientFor
) -> None:
    client = client_for(alice)
    assert client.post("/billing/limit/", {"cap_eur": "2.50"}).status_code == 302
    assert BillingAccount.objects.get(tenant=subscribed).live_cap_micro_eur == 2_500_000
    assert AuditEntry.objects.filter(tenant=subscribed, verb="live_cap.changed").count() == 1
    assert 'value="2.50"' in page(client)
    answer = client.post("/billing/limit/", {"cap_eur": "lots"})
    assert answer.status_code == 422
    assert 'value="lots"' in answer.content.decode()


PAGES = ["/", PATH, "/billing/plans/", "/billing/company/", "/billing/invoices/", "/billing/cancel/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_reads_the_account_once(
    path: str, client_for: ClientFor, alice: User, subscribed: Tenant
) -> None:
    page = client_for(alice)
    page.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert page.get(path).status_code == 200
    read = [query["sql"] for query in queries if 'FROM "billing_billingaccount"' in query["sql"]]
    assert len(read) <= 1, read
