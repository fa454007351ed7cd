"""Measures the usage ledger: in a reply's path, a worker's queries, and the page of plan and usage."""

import asyncio
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.conf import settings
from django_scopes import scopes_disabled

from bench.environment import temporary_tenant
from bench.ledger_page import erase, filled_workspace, give_credit, measure_page
from bench.report import Target, reported
from billing.configured import configured_prices
from billing.ledger.meter import LedgerMeter
from billing.ledger.writing import ThreadWriter
from billing.usage import Subject, UsageKind, UsageRecord
from tenants.models import Tenant

TARGETS = (
    Target("reply_us", at_most=20.0, scaled=True),
    Target("queries_a_second", at_most=1.0),
    Target("page_p95_ms", at_most=100.0, scaled=True),
)
LIVES = 60
REPLIES = 20_000
SECONDS = 10
# What one reply reports: a prompt, an answer, a moderation of it, and three spoken pieces.
REPLY = (
    (UsageKind.INPUT_TOKENS, 1_500, "openai", "gpt-4o-mini"),
    (UsageKind.OUTPUT_TOKENS, 60, "openai", "gpt-4o-mini"),
    (UsageKind.MODERATION_TOKENS, 80, "openai", "omni-moderation-latest"),
    *((UsageKind.VOICE_CHARACTERS, 40, "elevenlabs", "eleven_flash_v2_5"),) * 3,
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--keep", action="store_true", help="keep the filled workspace for the next run")
    parser.add_argument("--fill-only", action="store_true", help="fill the kept workspace, measure nothing")
    asked = parser.parse_args(arguments)
    if asked.fill_only:
        with scopes_disabled():
            filled_workspace(asked.rows)
        return
    with reported(TARGETS) as figures, scopes_disabled():
        with temporary_tenant() as tenant:
            give_credit(tenant)
            figures |= asyncio.run(_measure_worker(tenant))
        full = filled_workspace(asked.rows)
        try:
            figures |= {"rows": asked.rows, **measure_page(full)}
        finally:
            if not asked.keep:
                erase(full)
        for name, value in figures.items():
            print(f"{name:<20}{value}")


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


if __name__ == "__main__":
    main()
