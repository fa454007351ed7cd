"""Fills the usage ledger of one workspace, and measures its page of plan and usage."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from bench.report import BenchError
from billing.ledger.grants import grant
from billing.ledger.partitions import USAGE_LEDGER
from billing.models.account import BillingAccount
from billing.plans.catalogue import Meter, PlanKey
from billing.plans.entitlements import account_of
from tenants import audit
from tenants.models import Tenant, User
from tenants.services import create_tenant, delete_tenant

READS = 100
DAYS = 90
STEP = 1_000_000  # rows of one transaction: a fill that was ended goes on where it was
# 200 lives, and with them 8 kinds of rows on each day; the keys are in the order of time, as a worker's are.
FILL = """
INSERT INTO billing_usageentry
  (key, month, tenant_id, live_id, at, kind, quantity, cost_micro_eur, provider, model)
SELECT (lpad(to_hex(n), 12, '0') || '70008' || substr(md5(%(tenant)s::text || n), 1, 15))::uuid,
  date_trunc('month', at AT TIME ZONE 'UTC')::date, %(tenant)s,
  md5(%(tenant)s::text || n %% 200)::uuid, at,
  (ARRAY['input_tokens', 'output_tokens', 'voice_characters', 'live_seconds'])[1 + n %% 4], 10, 3,
  (ARRAY['openai', 'elevenlabs'])[1 + n %% 2], 'model'
FROM (SELECT n, %(until)s - (%(rows)s - n) * (%(lasts)s / %(rows)s) AS at
      FROM generate_series(%(first)s, %(last)s) n) row
"""
SUMS = {
    "billing_usageday": """INSERT INTO billing_usageday
      (tenant_id, day, kind, provider, model, quantity, cost_micro_eur)
    SELECT tenant_id, (at AT TIME ZONE 'UTC')::date, kind, provider, model, sum(quantity), sum(cost_micro_eur)
    FROM billing_usageentry WHERE tenant_id = %s GROUP BY 1, 2, 3, 4, 5""",
    "billing_usagemonth": """INSERT INTO billing_usagemonth
      (tenant_id, month, kind, provider, model, quantity, cost_micro_eur)
    SELECT tenant_id, month, kind, provider, model, sum(quantity), sum(cost_micro_eur)
    FROM billing_usageentry WHERE tenant_id = %s GROUP BY 1, 2, 3, 4, 5""",
    "billing_usagelive": """INSERT INTO billing_usagelive
      (tenant_id, live_id, kind, quantity, cost_micro_eur, last_at)
    SELECT tenant_id, live_id, kind, sum(quantity), sum(cost_micro_eur), max(at)
    FROM billing_usageentry WHERE tenant_id = %s GROUP BY 1, 2, 3""",
}


def give_credit(tenant: Tenant) -> None:
    """Give a workspace a paid month with more credit than a bench can use."""
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


def filled_workspace(rows: int) -> Tenant:
    """Return the workspace whose ledger has so many rows of the last days; fill what is missing of it."""
    name = f"Bench ledger {rows}"
    tenant = Tenant.objects.filter(name=name).first()
    if tenant is None:
        user = User.objects.create_user(f"bench-ledger-{rows}@vivavoce.example")
        tenant = create_tenant(owner=user, name=name, language="it")
        give_credit(tenant)
    account = account_of(tenant.id)
    account.plan, account.state = PlanKey.SELF, BillingAccount.State.ACTIVE
    account.period_start, account.period_end = timezone.now() - timedelta(days=DAYS), None
    account.save()
    _fill(tenant, rows)
    return tenant


def _fill(tenant: Tenant, rows: int) -> None:
    until = _last_of(tenant)
    for month in range(DAYS // 28 + 2):
        USAGE_LEDGER.make((until - timedelta(days=28 * month)).date())
    done, began_s = _count(tenant), time.perf_counter()
    if done == rows:
        return
    values: Any = {"tenant": tenant.id, "rows": rows, "until": until, "lasts": timedelta(days=DAYS)}
    for first in range(done + 1, rows + 1, STEP):
        with _long_transaction(), connection.cursor() as cursor:
            cursor.execute(FILL, {**values, "first": first, "last": min(first + STEP - 1, rows)})
        print(f"{min(first + STEP - 1, rows):>12,} rows, {time.perf_counter() - began_s:.0f} s", flush=True)
    with _long_transaction(), connection.cursor() as cursor:
        for table, statement in SUMS.items():
            cursor.execute(f"DELETE FROM {table} WHERE tenant_id = %s", [tenant.id])  # noqa: S608
            cursor.execute(statement, [tenant.id])
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("ANALYZE billing_usageentry")


@contextmanager
def _long_transaction() -> Iterator[None]:
    """Open a transaction whose statements take longer than a page's may, without checks of foreign keys."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield


def _last_of(tenant: Tenant) -> datetime:
    """Return the time of the newest row: that of the workspace, so that each run goes on with the same."""
    return tenant.created_at


def _count(tenant: Tenant) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT count(*) FROM billing_usageentry WHERE tenant_id = %s", [tenant.id])
        found: int = cursor.fetchone()[0]
    return found


def measure_page(tenant: Tenant) -> dict[str, Any]:
    """Ask for the page again and again, as its owner; return its times, queries and the slowest query."""
    client, path = Client(), reverse("billing:usage")
    client.force_login(tenant.memberships.select_related("user")[0].user)
    with override_settings(BILLING_ENABLED=True, ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"]):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        if answer.status_code != 200 or b"usage-title" not in answer.content:
            raise BenchError(f"The page of plan and usage answered {answer.status_code}.")
        asked = list(queries.captured_queries)
        slowest = max(asked, key=lambda query: float(query["time"]))
        took_ms = sorted(_get_ms(client, path) for _ in range(READS))
    return {
        "page_p50_ms": round(statistics.median(took_ms), 2),
        "page_p95_ms": round(took_ms[int(READS * 0.95)], 2),
        "page_max_ms": round(took_ms[-1], 2),
        "page_queries": len(asked),
        "slowest_query_ms": round(float(slowest["time"]) * 1_000, 1),
        "slowest_query": str(slowest["sql"])[:300],
    }


def _get_ms(client: Client, path: str) -> float:
    began_s = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began_s) * 1_000


def erase(tenant: Tenant) -> None:
    """Delete the workspace with its rows, in one statement that takes longer than a page's may."""
    user = tenant.memberships.select_related("user")[0].user
    with audit.erasing(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM billing_usageentry WHERE tenant_id = %s", [tenant.id])
    delete_tenant(tenant=tenant)
    user.delete()
