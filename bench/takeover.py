"""Measures how long lives are silent when their worker is killed, and how long handing them over takes."""

import os
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_scopes import scopes_disabled

from bench.environment import temporary_tenant
from bench.report import Target, reported
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import stop_session
from tenants.models import Tenant
from tests.livesessions.worker.worker_processes import WorkerProcess, go_on_air, until, workers

TARGETS = (
    Target("killed.silent_s", at_most=12.0),  # a lease of ten seconds runs out first, on any machine
    Target("stopped.gone_s", at_most=5.0, scaled=True),
    Target("stopped.held_s", at_most=5.0, scaled=True),
    Target("stopped.silent_s", at_most=8.0, scaled=True),
)
RATE_PER_MINUTE = 40.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.takeover", description=__doc__)
    parser.add_argument("--lives", type=int, default=20)
    lives = parser.parse_args(arguments).lives
    with reported(TARGETS) as figures:
        figures |= measure(lives)


def measure(lives: int) -> dict[str, Any]:
    """Kill the worker of all lives, then stop the one that went on with them."""
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL}
    with (
        scopes_disabled(),
        temporary_tenant() as tenant,
        tempfile.TemporaryDirectory(prefix="vivavoce-takeover-") as logs,
        workers(environment, Path(logs)) as start_worker,
    ):
        first = start_worker(capacity=lives)
        go_on_air(tenant, lives=lives, rate_per_minute=RATE_PER_MINUTE)
        _all(lives, lambda: _held(tenant, first))
        second = start_worker(capacity=lives)
        began = timezone.now()
        _all(lives, lambda: _speaking(tenant, began))
        killed = _kill(tenant, lives, first)
        _all(lives, lambda: _held(tenant, second))
        third = start_worker(capacity=lives)
        stopped = _stop(tenant, lives, second, third)
        _end(tenant)
    return {"lives": lives, "killed": killed, "stopped": stopped}


def _kill(tenant: Tenant, lives: int, worker: WorkerProcess) -> dict[str, float]:
    worker.kill()
    moment, began_s = timezone.now(), time.monotonic()
    _all(lives, lambda: _speaking(tenant, moment))
    return {"silent_s": round(time.monotonic() - began_s, 1)}


def _stop(tenant: Tenant, lives: int, worker: WorkerProcess, next_worker: WorkerProcess) -> dict[str, float]:
    moment, began_s = timezone.now(), time.monotonic()
    gone_s = worker.stop()
    _all(lives, lambda: _held(tenant, next_worker))
    held_s = time.monotonic() - began_s
    _all(lives, lambda: _speaking(tenant, moment))
    silent_s = time.monotonic() - began_s
    return {"gone_s": round(gone_s, 1), "held_s": round(held_s, 1), "silent_s": round(silent_s, 1)}


def _all(lives: int, look: Callable[[], int]) -> None:
    until(look, lambda seen: seen == lives)


def _held(tenant: Tenant, worker: WorkerProcess) -> int:
    return LiveSession.objects.filter(tenant=tenant, lease_owner=worker.owner, status="active").count()


def _speaking(tenant: Tenant, since: datetime) -> int:
    """Return in how many lives the host has been heard since."""
    heard = Reply.objects.filter(tenant=tenant, created_at__gt=since, first_audio_ms__isnull=False)
    return heard.values("session_id").distinct().count()


def _end(tenant: Tenant) -> None:
    for session in LiveSession.objects.filter(tenant=tenant):
        stop_session(session=session)
    until(lambda: LiveSession.objects.filter(tenant=tenant).exclude(status="ended").count(), lambda n: n == 0)


if __name__ == "__main__":
    main()
