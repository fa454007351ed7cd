"""The worker's writer with a real PostgreSQL: cut connections, two workers, one that is killed."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db.models import Sum
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.configured import configured_prices
from billing.ledger.balances import Balance, balance_of
from billing.ledger.meter import LedgerMeter
from billing.ledger.writing import LedgerUnavailable, ThreadWriter, write_with_django
from billing.models.ledger import UsageEntry
from billing.plans.catalogue import Meter
from billing.usage import Subject, UsageKind, UsageRecord
from providers.postgres import direct_parameters
from tenants.models import Tenant
from tests.billing.ledger.usage import give

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
TOKENS = Meter.TOKENS
CREDIT = 100_000


@pytest.fixture
def credited(tenant: Tenant) -> Tenant:
    now = timezone.now()
    with scopes_disabled():
        give(tenant.id, CREDIT, starts_at=now - timedelta(days=1), expires_at=now + timedelta(days=1))
    return tenant


@pytest.fixture
async def writers() -> AsyncIterator[list[ThreadWriter]]:
    opened = [ThreadWriter(), ThreadWriter()]
    yield opened
    for writer in opened:
        await writer.close()


def meter_of(writer: Any) -> LedgerMeter:
    return LedgerMeter(writer, configured_prices(), euros_per_dollar=0.86, is_enforced=True)


def use(meter: LedgerMeter, subject: Subject, tokens: int) -> None:
    meter.record(UsageRecord(UsageKind.OUTPUT_TOKENS, tokens, "openai", "gpt-4o-mini", subject))


@sync_to_async
def balance(tenant: Tenant, after: timedelta = timedelta()) -> Balance:
    with scopes_disabled():
        return balance_of(tenant, TOKENS, now=timezone.now() + after)


@sync_to_async
def written() -> dict[str, int]:
    with scopes_disabled():
        return UsageEntry.objects.aggregate(tokens=Sum("quantity", default=0), cost=Sum("cost_micro_eur"))


async def test_a_cut_connection_loses_nothing_and_counts_nothing_twice(
    credited: Tenant, writers: list[ThreadWriter]
) -> None:
    meter, live = meter_of(writers[0]), Subject(credited.id, uuid4())
    meter.credit_of(live)
    for number in range(6):
        use(meter, live, 100)
        if number % 2:
            await sync_to_async(_cut_connections)(writers[0])
        await meter.flush()
    await meter.flush()
    assert (await written())["tokens"] == 600
    assert (await written())["cost"] > 0
    assert (await balance(credited)).used == 600
    assert (await balance(credited)).reserved == 20_000


def _cut_connections(writer: ThreadWriter) -> None:
    held = writer._connection
    assert held is not None
    with psycopg.connect(**{**direct_parameters(), "cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [held.info.backend_pid])


async def test_a_database_that_is_not_there_is_waited_for(credited: Tenant) -> None:
    is_there = False

    def parameters() -> dict[str, Any]:
        return direct_parameters() if is_there else {**direct_parameters(), "dbname": "nowhere"}

    writer = ThreadWriter(parameters)
    meter, live = meter_of(writer), Subject(credited.id, uuid4())
    for _ in range(3):
        use(meter, live, 10)
        assert not await meter.flush()
    is_there = True
    while meter.waiting:
        await meter.flush()
    assert (await written())["tokens"] == 30
    await writer.close()


async def test_two_workers_spend_one_credit(credited: Tenant, writers: list[ThreadWriter]) -> None:
    meters = [meter_of(writer) for writer in writers]
    lives = [(meter, Subject(credited.id, uuid4())) for meter in meters for _ in range(3)]
    for meter, live in lives:
        meter.credit_of(live)
    reply, used = 2_500, 0
    for _ in range(12):
        await asyncio.gather(*(meter.flush() for meter in meters))
        for meter, live in lives:
            if not meter.credit_of(live).is_used_up(TOKENS):
                use(meter, live, reply)
                used += reply
    await asyncio.gather(*(meter.flush() for meter in meters))
    assert CREDIT <= used < CREDIT + len(lives) * reply
    assert (await written())["tokens"] == used
    assert (await balance(credited)).used == CREDIT


WORKER = """
import asyncio, json, os, signal, sys, uuid
import django
django.setup()
from billing.configured import configured_prices
from billing.ledger.meter import LedgerMeter
from billing.ledger.writing import ThreadWriter
from billing.usage import Subject, UsageKind, UsageRecord

async def main():
    subject = Subject(uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2]))
    meter = LedgerMeter(ThreadWriter(), configured_prices(), euros_per_dollar=0.86, is_enforced=True)
    meter.credit_of(subject)
    for tokens in (300, 200):
        await meter.flush()
        meter.record(UsageRecord(UsageKind.OUTPUT_TOKENS, tokens, "openai", "gpt-4o-mini", subject))
        if tokens == 200:
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_killed_worker_bills_only_what_it_wrote_and_its_reservation_expires(
    credited: Tenant, server_environment: dict[str, str]
) -> None:
    live = uuid4()
    command = [sys.executable, "-c", WORKER, str(credited.id), str(live)]
    killed = await asyncio.to_thread(subprocess.run, command, env=server_environment, check=False)
    assert killed.returncode == -9
    now = await balance(credited)
    assert (now.used, now.reserved) == (300, 20_000)
    assert (await balance(credited, timedelta(minutes=11))).left == CREDIT - 300


async def test_the_next_worker_takes_the_reservation_over(
    credited: Tenant, writers: list[ThreadWriter]
) -> None:
    live = Subject(credited.id, uuid4())
    for writer in writers:
        meter = meter_of(writer)
        meter.credit_of(live)
        use(meter, live, 100)
        await meter.flush()
    assert (await balance(credited)).reserved == 20_000
    assert (await balance(credited)).used == 200


async def test_a_page_writes_with_its_own_connection(credited: Tenant) -> None:
    meter, live = meter_of(write_with_django), Subject(credited.id)
    meter.credit_of(live)
    use(meter, live, 10)
    assert await meter.flush()
    assert meter.credit_of(live).left(TOKENS) == CREDIT - 10


async def test_what_postgresql_refuses_is_named(writers: list[ThreadWriter]) -> None:
    broken = {"key": str(UUID(int=1)), "month": "2026-03-01", "quantity": "many"}
    with pytest.raises(LedgerUnavailable, match="22P02"):
        await writers[0]([broken], [], [], is_enforced=True)
