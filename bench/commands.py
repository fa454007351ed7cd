"""Measures a command's way from a web page's service to the host of a live that runs in this worker."""

import asyncio
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.utils import timezone
from django_scopes import scopes_disabled

from bench.environment import temporary_tenant
from bench.report import Target, reported
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import Live
from livesessions.services.sessions import create_session, mute_session, stop_session, unmute_session
from livesessions.shows.services.shows import create_show
from livesessions.worker.assembly import open_resources
from livesessions.worker.worker import Worker
from tenants.models import Tenant
from tenants.threads import in_thread

TARGETS = (Target("p50_ms", at_most=50.0, scaled=True), Target("p95_ms", at_most=100.0, scaled=True))
PATIENCE_S = 60.0
POLL_S = 0.05


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.commands", description=__doc__)
    parser.add_argument("--commands", type=int, default=100)
    commands = parser.parse_args(arguments).commands
    with reported(TARGETS) as figures:
        figures |= measure(commands)


def measure(commands: int) -> dict[str, Any]:
    with scopes_disabled(), temporary_tenant() as tenant:
        took_ms = asyncio.run(_measure(_prepare(tenant), commands))
    return {
        "commands": len(took_ms),
        "p50_ms": round(statistics.median(took_ms), 2),
        "p95_ms": round(statistics.quantiles(took_ms, n=20)[-1], 2),
        "max_ms": round(max(took_ms), 2),
    }


def _prepare(tenant: Tenant) -> LiveSession:
    show = create_show(tenant=tenant, name="Bench", language="it")
    options = {"rate_per_minute": 30, "seed": 1}
    session = create_session(show=show, source=LiveSession.Source.SIMULATOR, source_options=options)
    # Past the queue: it is this process that takes it.
    LiveSession.objects.filter(id=session.id).update(start_requested_at=timezone.now())
    return session


async def _measure(session: LiveSession, commands: int) -> list[float]:
    """Run the live in a worker and give it commands; return when each took effect on the host, in ms."""
    stopping = asyncio.Event()
    async with open_resources() as resources:
        worker = Worker(resources, capacity=1)
        worker.submit(str(session.id))
        _, took_ms = await asyncio.gather(worker.run_until(stopping), _give(session, commands, stopping))
    return took_ms


async def _give(session: LiveSession, commands: int, stopping: asyncio.Event) -> list[float]:
    """Mute and unmute the host in turn, then stop the live and its worker."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await _until_heard(session)
        with _noting_effects() as effects:
            return [await _command(session, number, effects) for number in range(commands)]
    finally:
        await in_thread(stop_session, session=session)
        stopping.set()


async def _command(session: LiveSession, number: int, effects: "asyncio.Queue[float]") -> float:
    service: Callable[..., object] = unmute_session if number % 2 else mute_session
    given_s = time.monotonic()
    await in_thread(service, session=session)
    async with asyncio.timeout(PATIENCE_S):
        return 1000 * (await effects.get() - given_s)


async def _until_heard(session: LiveSession) -> None:
    """Wait for the host's first words: from then on the worker listens to commands too."""
    while not await in_thread(_is_heard, session):  # noqa: ASYNC110 (a row tells nobody that it changes)
        await asyncio.sleep(POLL_S)


def _is_heard(session: LiveSession) -> bool:
    return Reply.objects.filter(session=session, first_audio_ms__isnull=False).exists()


@contextmanager
def _noting_effects() -> Iterator["asyncio.Queue[float]"]:
    """Yield a queue of the moments at which the host was muted or unmuted."""
    effects: asyncio.Queue[float] = asyncio.Queue()
    original = Live.set_muted

    async def set_muted(live: Live, muted: bool) -> None:
        await original(live, muted)
        effects.put_nowait(time.monotonic())

    with mock.patch.object(Live, "set_muted", set_muted):
        yield effects


if __name__ == "__main__":
    main()
