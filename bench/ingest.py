"""Measures one worker's messages a second: a real capture through the local TikTok's socket, decoding,
moderation and the database, while the hosts of its lives answer what they can.
"""

import asyncio
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import UUID

from django.conf import settings
from django.test.utils import override_settings
from django.utils import timezone
from django_scopes import scopes_disabled

from bench.environment import temporary_tenant
from bench.report import BenchError, Target, reported
from bench.stopwatch import Stopwatch
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import LiveParts
from livesessions.services.sessions import create_session
from livesessions.shows.services.shows import create_show
from livesessions.worker import worker
from livesessions.worker.assembly import Resources, assemble, open_resources
from livesessions.worker.startup_heap import freeze_startup_heap
from tenants.models import Tenant
from tenants.threads import in_thread

CAPTURE = "tiktok_capture.jsonl"
TARGETS = (
    Target("messages_per_s", at_least=4_500, scaled=True),
    Target("behind_at_most_ms", at_most=250, scaled=True),
    # From the third quarter to the last, when what is remembered of each live is full.
    Target("rss_growth_mb", at_most=6.0),
    Target("rows_missing", at_most=0),
)
POLL_S = 0.25


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.ingest", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000, help="messages in all")
    parser.add_argument("--lives", type=int, default=5, help="lives that share them")
    options = parser.parse_args(arguments)
    with reported(TARGETS) as figures:
        figures |= measure(options.events, options.lives)
        for stage, cost_us in figures["us_per_message"].items():
            print(f"{stage:<36}{cost_us:>8.1f} µs a message")


def measure(events: int, lives: int) -> dict[str, Any]:
    with scopes_disabled(), temporary_tenant() as tenant, _flood(lives, events) as addresses:
        sessions = [_prepare(tenant, number) for number in range(lives)]
        with override_settings(**addresses, SIGN_REQUESTS_PER_MINUTE=0):
            figures = asyncio.run(_measure(sessions))
        figures |= _found(sessions)
    if figures["messages"] < events:
        raise BenchError(f"The lives ended early: {figures['messages']} of {events} messages arrived.")
    return figures


async def _measure(sessions: list[LiveSession]) -> dict[str, Any]:
    """Run the lives in a worker until they have ended and all is written."""
    stopping = asyncio.Event()
    async with open_resources() as resources:
        watch = Stopwatch(resources.recorder)
        freeze_startup_heap()
        with _watched_by(watch):
            running = worker.Worker(resources, capacity=len(sessions))
            for session in sessions:
                running.submit(str(session.id))
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
        "rss_growth_mb": round(memory.most_between(0.75, 1.0) - memory.most_between(0.5, 0.75), 1),
    }


async def _watch(watch: Stopwatch, sessions: list[LiveSession], stopping: asyncio.Event) -> None:
    """Stop the worker when the last live has ended."""
    over = asyncio.Event()

    async def look() -> None:
        ids = [session.id for session in sessions]
        while await in_thread(_open_among, ids):  # noqa: ASYNC110 (a row tells nobody that it changes)
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
    rows = ChatEvent.objects.filter(session__in=sessions).count()
    expected = sum(each.get("decoded", 0) - each.get("duplicate", 0) for each in counts)
    return {
        "rows": rows,
        "rows_expected": expected,
        "rows_missing": abs(expected - rows),
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
        raise BenchError("The local TikTok, which lies in tests/, could not be started.")
    try:
        yield dict(zip(("TIKTOK_APP_URL", "TIKTOK_WEBCAST_URL", "TIKTOK_SIGN_URL"), addresses, strict=True))
    finally:
        process.communicate()


if __name__ == "__main__":
    main()
