"""Measures how many lives a machine carries: adds speaking lives step by step and listens to all of them."""

import asyncio
import json
import os
import statistics
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django_scopes import scopes_disabled
from websockets.asyncio.client import ClientConnection, connect

from bench.environment import (
    START_TIMEOUT_S,
    free_port,
    running_process,
    running_server,
    temporary_tenant,
)
from bench.processes import cpu_s, helpers_of, tree_rss_mb
from bench.report import BenchError, Target, reported
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import (
    create_session,
    mute_session,
    start_session,
    stop_session,
    unmute_session,
)
from livesessions.shows.services.shows import create_show
from overlay.connection.wire import unpack_audio
from tenants.models import Tenant
from tenants.threads import in_thread

STEPS = "1,20,60,120,200"
RATE_PER_MINUTE = 30.0  # of each simulated chat
SETTLES_S = 6.0  # after a step's lives are on air: the greetings
LATE_S = 3.0  # a reply without audio for so long counts as late as that
MUTES = 3  # in each step
MUTE_SETTLES_S = 1.0
SPEAKS_WITHIN_S = 0.4
POLL_S = 0.25
MUTE_AT_MOST_MS = 250.0
ENDED_WITH_AUDIO = (Reply.Status.SPOKEN, Reply.Status.SPEAKING)


@dataclass(slots=True)
class ListenedLive:
    """A live and what arrived at its overlay's socket. Times are wall-clock seconds."""

    session: LiveSession
    token: str
    first_frames: dict[UUID, float] = field(default_factory=dict)
    frames: int = 0
    last_frame_s: float = 0.0
    muted_s: float = 0.0

    async def listen(self, socket: ClientConnection) -> None:
        """Record the messages of the socket until it closes."""
        async for frame in socket:
            now_s = time.time()
            if isinstance(frame, bytes):
                self.frames += 1
                self.last_frame_s = now_s
                self.first_frames.setdefault(unpack_audio(frame).utterance_id, now_s)
            elif '"type":"mute"' in frame and '"muted":true' in frame:
                self.muted_s = now_s


@dataclass(frozen=True, slots=True)
class Processes:
    """The ids of what is measured, and the files with the lags of the workers' event loops."""

    workers: Sequence[int]
    web: int
    lags: Sequence[Path]


@dataclass(frozen=True, slots=True)
class Helpers:
    """The processes started by the measured ones: helpers of voices, and the server of the sockets."""

    of_workers: Sequence[int]
    of_web: Sequence[int]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.lives", description=__doc__)
    parser.add_argument("--steps", default=STEPS, help="numbers of lives, with commas")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each step is measured")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes; one a core")
    parser.add_argument("--capacity", type=int, help="of each worker, if not as many as the last step has")
    options = parser.parse_args(arguments)
    steps = sorted({int(step) for step in options.steps.split(",") if step.strip().isdigit()})
    if not steps or steps[0] < 1 or len(steps) < len(options.steps.split(",")):
        raise BenchError("Give the steps as different numbers of lives, such as --steps 1,20,60.")
    if options.workers < 1:
        raise BenchError("Give at least one worker.")
    with reported(targets_of(steps)) as figures:
        figures |= measure(steps, options.seconds, options.capacity or steps[-1], options.workers)


def targets_of(steps: Sequence[int]) -> list[Target]:
    """Return the targets of a run: delays of 60 and 120 lives, and what holds for every number."""
    targets = [Target("failed", at_most=0), Target("mute_ms", at_most=MUTE_AT_MOST_MS, scaled=True)]
    for lives, p95_ms in ((60, 100.0), (120, 1_200.0)):
        if lives in steps:
            targets.append(Target(f"lives_{lives}.p95_ms", at_most=p95_ms, scaled=True))
            targets.append(Target(f"lives_{lives}.loop_lag_ms.p99", at_most=30.0, scaled=True))
    return targets


def measure(steps: Sequence[int], seconds: float, capacity: int, workers: int) -> dict[str, Any]:
    """Return the figures of every step, and over all of them the failed replies and the slowest mute."""
    port = free_port()
    with ExitStack() as stack:
        tenant = stack.enter_context(temporary_tenant())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vivavoce-lives-")))
        web = stack.enter_context(running_server(port))
        os.environ["WORKER_CAPACITY"] = str(capacity)
        lags = [folder / f"lags-{number}" for number in range(workers)]
        started = [
            stack.enter_context(running_process("-m", "bench.lives_worker", str(file))) for file in lags
        ]
        stack.callback(_end_all, tenant)
        lives = [_prepare(tenant, number) for number in range(steps[-1])]
        processes = Processes([worker.pid for worker in started], web.pid, lags)
        by_step = asyncio.run(_measure(lives, steps, seconds, port, processes))
    return {
        "failed": sum(figures["failed"] for figures in by_step.values()),
        "mute_ms": max(max(figures["mute_ms"].values()) for figures in by_step.values()),
        "workers": workers,
        **by_step,
    }


def _prepare(tenant: Tenant, number: int) -> ListenedLive:
    with scopes_disabled():
        show = create_show(tenant=tenant, name=f"Bench {number}", language="it")
        session = create_session(
            show=show,
            source=LiveSession.Source.SIMULATOR,
            source_options={"rate_per_minute": RATE_PER_MINUTE, "seed": number},
        )
    return ListenedLive(session, show.overlay.token)


async def _measure(
    lives: Sequence[ListenedLive], steps: Sequence[int], seconds: float, port: int, processes: Processes
) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(_socket_of(live, port)) for live in lives]
        listening = asyncio.gather(
            *(live.listen(socket) for live, socket in zip(lives, sockets, strict=True))
        )
        started = 0
        for step in steps:
            on_air = await _start(lives[:step], started)
            started = step
            await asyncio.sleep(SETTLES_S)
            figures[f"lives_{step}"] = await _measure_step(on_air, seconds, processes)
            figures[f"lives_{step}"]["waiting"] = step - len(on_air)
            if listening.done():
                raise BenchError("An overlay's socket was closed. Look at what the web process prints.")
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    return figures


def _socket_of(live: ListenedLive, port: int) -> connect:
    address = f"ws://127.0.0.1:{port}/ws/overlay/{live.token}/?version=2"
    return connect(address, max_queue=None, compression=None, open_timeout=START_TIMEOUT_S)


async def _start(lives: Sequence[ListenedLive], started: int) -> list[ListenedLive]:
    """Start the lives from `started` on; return all that are on air once the others wait for capacity."""
    for live in lives[started:]:
        await in_thread(_start_one, live.session)
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while True:
        active, waiting = await in_thread(_states_of, [live.session.id for live in lives])
        if len(active) + waiting == len(lives):
            return [live for live in lives if live.session.id in active]
        if time.monotonic() > deadline_s:
            raise BenchError("The workers did not take the lives in time. Look at what they print.")
        await asyncio.sleep(POLL_S)


def _start_one(session: LiveSession) -> None:
    with scopes_disabled():
        start_session(session=session)


def _states_of(session_ids: Sequence[UUID]) -> tuple[set[UUID], int]:
    """Return the sessions on air, and how many wait because all workers are full."""
    with scopes_disabled():
        rows = LiveSession.objects.filter(id__in=session_ids)
        active = set(rows.filter(status=LiveSession.Status.ACTIVE).values_list("id", flat=True))
        return active, rows.filter(waiting_reason=LiveSession.WaitingReason.AT_CAPACITY).count()


async def _measure_step(
    lives: Sequence[ListenedLive], seconds: float, processes: Processes
) -> dict[str, Any]:
    helpers = _helpers(processes)
    began_s, cpu_before = time.time(), _cpu_s(processes, helpers)
    frames_before = sum(live.frames for live in lives)
    mutes_ms = []
    for number in range(MUTES):
        await asyncio.sleep(max(0.0, began_s + seconds * (number + 0.5) / MUTES - time.time()))
        mutes_ms.append(await _mute_one(lives))
    await asyncio.sleep(max(0.0, began_s + seconds - time.time()))
    ended_s, cpu_after = time.time(), _cpu_s(processes, helpers)
    frames = sum(live.frames for live in lives) - frames_before
    rss = {"workers": sum(map(tree_rss_mb, processes.workers)), "web": tree_rss_mb(processes.web)}
    await asyncio.sleep(LATE_S)
    figures = await in_thread(_replies_between, lives, began_s, ended_s)
    elapsed_s = ended_s - began_s
    return {
        "lives": len(lives),
        "lives_by_worker": await in_thread(_lives_by_worker, lives),
        **figures,
        "frames_per_s": round(frames / elapsed_s, 1),
        "loop_lag_ms": _lags_between(processes.lags, began_s, ended_s),
        "mute_ms": {name: max(mute[name] for mute in mutes_ms) for name in mutes_ms[0]},
        "cpu_percent": {
            name: round(100 * (cpu_after[name] - cpu_before[name]) / elapsed_s) for name in cpu_after
        },
        "rss_mb": {name: round(megabytes, 1) for name, megabytes in rss.items()},
    }


def _helpers(processes: Processes) -> Helpers:
    of_workers = [helper for worker in processes.workers for helper in helpers_of(worker)]
    return Helpers(of_workers, helpers_of(processes.web))


def _cpu_s(processes: Processes, helpers: Helpers) -> dict[str, float]:
    return {
        "workers": sum(map(cpu_s, processes.workers)),
        "voices": sum(map(cpu_s, helpers.of_workers)),
        "web": sum(map(cpu_s, (processes.web, *helpers.of_web))),
        "bench": time.process_time(),
    }


async def _mute_one(lives: Sequence[ListenedLive]) -> dict[str, float]:
    """Mute a live whose host speaks; return when its page was told and when its last audio arrived, in ms."""
    live = await _find_speaking(lives)
    began_s = time.time()
    await in_thread(_set_muted, live.session, muted=True)
    await asyncio.sleep(MUTE_SETTLES_S)
    if live.muted_s < began_s:
        raise BenchError("A mute did not reach its page within a second.")
    told_ms = (live.muted_s - began_s) * 1000
    silent_ms = max(0.0, live.last_frame_s - began_s) * 1000
    await in_thread(_set_muted, live.session, muted=False)
    return {"told": round(told_ms, 1), "silent": round(silent_ms, 1)}


async def _find_speaking(lives: Sequence[ListenedLive]) -> ListenedLive:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline_s:
        latest = max(lives, key=lambda live: live.last_frame_s)
        if time.time() - latest.last_frame_s < SPEAKS_WITHIN_S:
            return latest
        await asyncio.sleep(SPEAKS_WITHIN_S / 10)
    raise BenchError("No host has spoken for a minute. Look at what the workers print.")


def _set_muted(session: LiveSession, *, muted: bool) -> None:
    with scopes_disabled():
        (mute_session if muted else unmute_session)(session=session)


def _replies_between(lives: Sequence[ListenedLive], began_s: float, ended_s: float) -> dict[str, Any]:
    """Return the delays from the choice of a line to its first audio frame, and the failed replies."""
    now_s = time.time()
    first_frames: dict[UUID, float] = {}
    for live in lives:
        first_frames |= live.first_frames
    with scopes_disabled():
        replies = [
            reply
            for reply in Reply.objects.filter(session__in=[live.session for live in lives])
            if began_s <= reply.created_at.timestamp() <= ended_s
        ]
    delays_ms = [
        (first_frames.get(reply.id, now_s) - reply.created_at.timestamp()) * 1000
        for reply in replies
        if reply.id in first_frames or reply.status in ENDED_WITH_AUDIO
    ]
    if len(delays_ms) < 2:
        raise BenchError("Too few replies were heard to measure anything. Give more --seconds.")
    return {
        "replies": len(replies),
        "failed": sum(reply.status == Reply.Status.FAILED for reply in replies),
        "p50_ms": round(statistics.median(delays_ms), 1),
        "p95_ms": round(statistics.quantiles(delays_ms, n=20, method="inclusive")[-1], 1),
        "max_ms": round(max(delays_ms), 1),
    }


def _lives_by_worker(lives: Sequence[ListenedLive]) -> list[int]:
    """Return how many of the lives each worker holds, the most first."""
    with scopes_disabled():
        owners = LiveSession.objects.filter(id__in=[live.session.id for live in lives])
        return sorted(Counter(owners.values_list("lease_owner", flat=True)).values(), reverse=True)


def _lags_between(files: Sequence[Path], began_s: float, ended_s: float) -> dict[str, float]:
    """Return the lags of all workers together, in milliseconds."""
    lags_ms: list[float] = []
    for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        sample = json.loads(line)
        if began_s <= sample["at_s"] <= ended_s:
            lags_ms += sample["lags_ms"]
    if len(lags_ms) < 2:
        raise BenchError("The workers' event loops were blocked for the whole step.")
    shares = statistics.quantiles(lags_ms, n=100, method="inclusive")
    return {"p50": round(shares[49], 2), "p99": round(shares[98], 2), "max": round(max(lags_ms), 2)}


def _end_all(tenant: Tenant) -> None:
    """Stop every live and wait until its worker has ended it."""
    with scopes_disabled():
        open_sessions = LiveSession.objects.filter(tenant=tenant).exclude(status=LiveSession.Status.ENDED)
        for session in open_sessions:
            stop_session(session=session)
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while open_sessions.all().exists() and time.monotonic() < deadline_s:
            time.sleep(POLL_S)


if __name__ == "__main__":
    main()
