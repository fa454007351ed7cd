import asyncio
import json
import os
import platform
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone
from django_scopes import scopes_disabled

from livesessions.management.stopwatch import Stopwatch
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.pipeline.live import LiveParts
from livesessions.services.sessions import create_session
from livesessions.shows.services.shows import create_show
from livesessions.worker import worker
from livesessions.worker.assembly import Resources, assemble, open_resources
from livesessions.worker.startup_heap import settle
from tenants.models import Tenant, User
from tenants.services import create_tenant

CAPTURE = "tiktok_capture.jsonl"
TARGET_PER_S = 3_000
TARGET_BEHIND_MS = 250
# Growth from the middle to the end, when what is remembered of each live is full.
TARGET_GROWTH_MB = 8.0
POLL_S = 0.25


class Command(BaseCommand):
    help = (
        "Measure one worker's messages a second: a real capture through the local TikTok's socket, decoding, "
        "moderation and the database, while the hosts of its lives answer what they can."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--events", type=int, default=500_000, help="messages in all")
        parser.add_argument("--lives", type=int, default=5, help="lives that share them")

    def handle(self, *args: Any, events: int, lives: int, **options: Any) -> None:
        with scopes_disabled(), _tenant() as tenant, _flood(lives, events) as addresses:
            sessions = [_prepare(tenant, number) for number in range(lives)]
            with override_settings(**addresses, SIGN_REQUESTS_PER_MINUTE=0):
                figures = asyncio.run(_measure(sessions))
            figures |= _found(sessions)
        if figures["messages"] < events:
            raise CommandError(f"The lives ended early: {figures['messages']} of {events} messages arrived.")
        for stage, cost_us in figures["us_per_message"].items():
            self.stdout.write(f"{stage:<36}{cost_us:>8.1f} µs a message")
        self.stdout.write(json.dumps(_report(figures)))


def _report(figures: dict[str, Any]) -> dict[str, Any]:
    targets = {
        "messages_per_s": TARGET_PER_S,
        "behind_at_most_ms": TARGET_BEHIND_MS,
        "rss_growth_mb": TARGET_GROWTH_MB,
    }
    met = (
        figures["messages_per_s"] >= TARGET_PER_S
        and figures["behind_at_most_ms"] <= TARGET_BEHIND_MS
        and figures["rss_growth_mb"] <= TARGET_GROWTH_MB
        and figures["rows"] == figures["rows_expected"]
    )
    return {"figures": figures, "targets": targets, "met": met}


async def _measure(sessions: list[LiveSession]) -> dict[str, Any]:
    """Run the lives in a worker until they have ended and all is written."""
    stopping = asyncio.Event()
    async with open_resources() as resources:
        watch = Stopwatch(resources.recorder)
        settle()
        with _watched_by(watch):
            running = worker.Worker(resources, capacity=len(sessions))
            for session in sessions:
                running.take(str(session.id))
            await asyncio.gather(running.run_until(stopping), _watch(watch, sessions, stopping))
    memory = watch.memory
    return {
        "messages": watch.received,
        "lives": len(sessions),
        "messages_per_s": round(watch.received / watch.elapsed_s),
        "seconds": round(watch.elapsed_s, 1),
        "us_per_message": watch.split(),
        "behind_at_most_ms": round(resources.recorder.most_behind_s * 1000),
        "not_written": resources.recorder.lost,
        "rss_mb": {"start": memory.at(0.0), "middle": memory.at(0.5), "end": memory.at(1.0)},
        "rss_growth_mb": round(memory.at(1.0) - memory.at(0.5), 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": [round(load, 2) for load in os.getloadavg()],
    }


async def _watch(watch: Stopwatch, sessions: list[LiveSession], stopping: asyncio.Event) -> None:
    """Stop the worker when the last live has ended."""
    over = asyncio.Event()

    async def look() -> None:
        ids = [session.id for session in sessions]
        while await worker.in_thread(_open_among, ids):  # noqa: ASYNC110 (a row tells nobody that it changes)
            await asyncio.sleep(POLL_S)
        over.set()

    try:
        await asyncio.gather(watch.run(over.is_set), look())
    finally:
        stopping.set()


def _open_among(session_ids: list[UUID]) -> bool:
    return LiveSession.objects.filter(id__in=session_ids).exclude(status=LiveSession.Status.ENDED).exists()


@contextmanager
def _watched_by(watch: Stopwatch) -> Iterator[None]:
    def assemble_watched(session: LiveSession, resources: Resources) -> LiveParts:
        return watch.attach(assemble(session, resources))

    with mock.patch.object(worker, "assemble", assemble_watched):
        yield


def _found(sessions: list[LiveSession]) -> dict[str, Any]:
    """Return what the database holds of the lives, and what it should hold."""
    counts = [LiveSession.objects.get(id=session.id).counts for session in sessions]
    return {
        "rows": ChatEvent.objects.filter(session__in=sessions).count(),
        "rows_expected": sum(each.get("decoded", 0) - each.get("duplicate", 0) for each in counts),
        "replies": Reply.objects.filter(session__in=sessions).count(),
    }


def _prepare(tenant: Tenant, number: int) -> LiveSession:
    show = create_show(tenant=tenant, name="Bench", language="it", handle=f"flood.{number}")
    session = create_session(show=show, source=LiveSession.Source.TIKTOK)
    # Past the queue: it is this process that takes it.
    LiveSession.objects.filter(id=session.id).update(start_requested_at=timezone.now())
    return session


@contextmanager
def _flood(lives: int, messages: int) -> Iterator[dict[str, str]]:
    """Play TikTok in a process of its own; yield its addresses as settings."""
    capture = settings.RECORDINGS_DIR / CAPTURE
    arguments = ["-m", "tests.fakes.webcast.flood", str(capture), str(lives), str(messages)]
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    addresses = process.stdout.readline().split() if process.stdout else []
    if not addresses:
        raise CommandError("The local TikTok, which lies in tests/, could not be started.")
    try:
        yield dict(zip(("TIKTOK_APP_URL", "TIKTOK_WEBCAST_URL", "TIKTOK_SIGN_URL"), addresses, strict=True))
    finally:
        process.communicate()


@contextmanager
def _tenant() -> Iterator[Tenant]:
    """A tenant of its own, gone afterwards with all that it made."""
    user = User.objects.create_user(f"bench-{os.getpid()}@vivavoce.example")
    tenant = create_tenant(owner=user, name=f"Bench {os.getpid()}", language="it")
    try:
        yield tenant
    finally:
        with connection.cursor() as cursor:  # by the hundred thousand, not one by one
            cursor.execute("DELETE FROM livesessions_chatevent WHERE tenant_id = %s", [tenant.id])
        LiveSession.objects.filter(tenant=tenant).delete()
        Show.objects.filter(tenant=tenant).delete()
        tenant.delete()
        user.delete()
