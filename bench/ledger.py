"""Measures the usage ledger: in a reply's path, a worker's queries, and the usage page's reads."""

import asyncio
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from bench.environment import temporary_tenant
from bench.report import Target, reported
from billing.configured import configured_prices
from billing.ledger.balances import balances_of
from billing.ledger.grants import grant
from billing.ledger.meter import LedgerMeter
from billing.ledger.partitions import USAGE_LEDGER
from billing.ledger.reports import usage_by_day, usage_by_kind, usage_of_lives, warnings_of
from billing.ledger.writing import ThreadWriter
from billing.plans.catalogue import Meter
from billing.usage import Subject, UsageKind, UsageRecord
from tenants import audit
from tenants.models import Tenant

TARGETS = (
    Target("reply_us", at_most=20.0, scaled=True),
    Target("queries_a_second", at_most=1.0),
    Target("page_p95_ms", at_most=100.0, scaled=True),
)
LIVES = 60
REPLIES = 20_000
SECONDS = 10
READS = 60
DAYS = 90
# What one reply reports: a prompt, an answer, a moderation of it, and three spoken pieces.
REPLY = (
    (UsageKind.INPUT_TOKENS, 1_500, "openai", "gpt-4o-mini"),
    (UsageKind.OUTPUT_TOKENS, 60, "openai", "gpt-4o-mini"),
    (UsageKind.MODERATION_TOKENS, 80, "openai", "omni-moderation-latest"),
    *((UsageKind.VOICE_CHARACTERS, 40, "elevenlabs", "eleven_flash_v2_5"),) * 3,
)
# 200 lives, and with them 8 kinds of rows on each day; the keys are in the order of time, as a worker's are.
FILL = """
INSERT INTO billing_usageentry
  (key, month, tenant_id, live_id, at, kind, quantity, cost_micro_eur, provider, model)
SELECT (lpad(to_hex(n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
  date_trunc('month', at AT TIME ZONE 'UTC')::date, %(tenant)s, md5((n %% 200)::text)::uuid, at,
  (ARRAY['input_tokens', 'output_tokens', 'voice_characters', 'live_seconds'])[1 + n %% 4], 10, 3,
  (ARRAY['openai', 'elevenlabs'])[1 + n %% 2], 'model'
FROM (SELECT n, %(until)s - (%(rows)s - n) * (%(lasts)s / %(rows)s) AS at
      FROM generate_series(1, %(rows)s) n) row
"""
SUMS = (
    """INSERT INTO billing_usageday (tenant_id, day, kind, provider, model, quantity, cost_micro_eur)
    SELECT tenant_id, (at AT TIME ZONE 'UTC')::date, kind, provider, model, sum(quantity), sum(cost_micro_eur)
    FROM billing_usageentry WHERE tenant_id = %s GROUP BY 1, 2, 3, 4, 5""",
    """INSERT INTO billing_usagemonth (tenant_id, month, kind, provider, model, quantity, cost_micro_eur)
    SELECT tenant_id, month, kind, provider, model, sum(quantity), sum(cost_micro_eur)
    FROM billing_usageentry WHERE tenant_id = %s GROUP BY 1, 2, 3, 4, 5""",
    """INSERT INTO billing_usagelive (tenant_id, live_id, kind, quantity, cost_micro_eur, last_at)
    SELECT tenant_id, live_id, kind, sum(quantity), sum(cost_micro_eur), max(at)
    FROM billing_usageentry WHERE tenant_id = %s GROUP BY 1, 2, 3""",
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args(arguments).rows
    with reported(TARGETS) as figures, temporary_tenant() as tenant, scopes_disabled():
        _give_credit(tenant)
        figures |= asyncio.run(_measure_worker(tenant))
        try:
            figures |= _measure_reads(tenant, rows)
        finally:
            _erase(tenant)
        for name, value in figures.items():
            print(f"{name:<20}{value}")


def _give_credit(tenant: Tenant) -> None:
    now = timezone.now()
    for meter in Meter:
        grant(
            tenant_id=tenant.id,
            meter=meter,
            quantity=10**9,
            source="plan",
            key=f"bench:{tenant.id}:{meter}",
            starts_at=now - timedelta(days=DAYS),
            expires_at=now + timedelta(days=1),
        )


async def _measure_worker(tenant: Tenant) -> dict[str, Any]:
    """Measure what a reply pays, and what a worker's writes of 60 lives cost for some seconds."""
    writer = ThreadWriter()
    meter = LedgerMeter(writer, configured_prices(), euros_per_dollar=settings.EUR_PER_USD, is_enforced=True)
    lives = [Subject(tenant.id, uuid4()) for _ in range(LIVES)]
    for live in lives:
        meter.credit_of(live)
    reply_us = [_report_reply_us(meter, lives[number % LIVES]) for number in range(REPLIES)]
    while meter.waiting:
        await meter.flush()
    before, write_ms = writer.queries, []
    running = asyncio.get_running_loop().create_task(meter.run())
    began_s = time.monotonic()
    for number in range(SECONDS * 10):
        _report_reply_us(meter, lives[number % LIVES])
        await asyncio.sleep(0.1)
    queries = (writer.queries - before) / (time.monotonic() - began_s)
    running.cancel()
    await asyncio.wait([running])
    for _ in range(10):
        for live in lives[:10]:
            _report_reply_us(meter, live)
        began_s = time.perf_counter()
        await meter.flush()
        write_ms.append((time.perf_counter() - began_s) * 1_000)
    await writer.close()
    return {
        "reply_us": round(statistics.median(reply_us), 2),
        "reply_p99_us": round(statistics.quantiles(reply_us, n=100)[98], 2),
        "queries_a_second": round(queries, 2),
        "write_ms": round(statistics.median(write_ms), 1),
    }


def _report_reply_us(meter: LedgerMeter, live: Subject) -> float:
    began_s = time.perf_counter()
    for kind, quantity, provider, model in REPLY:
        meter.record(UsageRecord(kind, quantity, provider, model, live))
    return (time.perf_counter() - began_s) * 1e6


def _measure_reads(tenant: Tenant, rows: int) -> dict[str, Any]:
    """Measure what the usage page reads, in a ledger of many rows of one workspace."""
    fill_s = _fill(tenant, rows)
    now = timezone.now()
    today, since = now.date() + timedelta(days=1), now - timedelta(days=31)

    def read_page() -> None:
        balances_of(tenant)
        usage_by_kind(tenant, since=since.date(), until=today)
        usage_by_day(tenant, kind=UsageKind.LIVE_SECONDS, since=since.date(), until=today)
        usage_of_lives(tenant, since=since)
        warnings_of(tenant.id)

    took_ms = sorted(_time_ms(read_page) for _ in range(READS))
    return {
        "rows": rows,
        "fill_s": round(fill_s, 1),
        "page_p50_ms": round(statistics.median(took_ms), 2),
        "page_p95_ms": round(took_ms[int(READS * 0.95)], 2),
    }


def _fill(tenant: Tenant, rows: int) -> float:
    began_s, until = time.perf_counter(), timezone.now()
    values: Any = {"tenant": tenant.id, "rows": rows, "until": until, "lasts": timedelta(days=DAYS)}
    for month in range(DAYS // 28 + 1):
        USAGE_LEDGER.make((until - timedelta(days=28 * month)).date())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(FILL, values)
        for table in ("billing_usageday", "billing_usagemonth", "billing_usagelive"):
            cursor.execute(f"DELETE FROM {table} WHERE tenant_id = %s", [tenant.id])  # noqa: S608
        for statement in SUMS:
            cursor.execute(statement, [tenant.id])
    return time.perf_counter() - began_s


def _erase(tenant: Tenant) -> None:
    """Delete the rows in one statement, which takes longer than a page's may."""
    with audit.erasing(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM billing_usageentry WHERE tenant_id = %s", [tenant.id])


def _time_ms(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return (time.perf_counter() - began_s) * 1_000


if __name__ == "__main__":
    main()
