"""A worker process: claims sessions that no worker holds and runs their lives on one event loop."""

import asyncio
import logging
import os
import secrets
import signal
import socket
from contextlib import suppress
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from redis.exceptions import RedisError
from structlog.contextvars import bind_contextvars

from billing.ledger.on_air import OnAirCounter
from encoder.broadcast.broadcast import Broadcast
from encoder.capacity import StreamCapacity
from livesessions.kill.index import OnAirIndex
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import Live
from livesessions.pipeline.state import empty_state
from livesessions.pipeline.supervisor import Supervisor
from livesessions.querysets import viewer_roles_by_session
from livesessions.tasks import lives, register_worker
from livesessions.worker import leases
from livesessions.worker.assembly import Resources, assemble, open_resources, subject_of
from livesessions.worker.chat_controls import chat_controls
from livesessions.worker.command_listener import CommandListener, apply_commands
from livesessions.worker.commands import Command
from livesessions.worker.lease_renewer import RETRY_S, LeaseRenewer
from livesessions.worker.loop_watchdog import LoopWatchdog
from livesessions.worker.policy_reloader import PolicyReloader
from livesessions.worker.registry import HEARTBEAT_EVERY_S, Capacity, WorkerRegistry
from livesessions.worker.session_claimer import SearchRequests, SessionClaimer, call_workers
from livesessions.worker.snapshots import SnapshotStore, complete, read_log
from livesessions.worker.startup_heap import freeze_startup_heap
from livesessions.worker.streams import acknowledge_kill, broadcast_of, stream_counter
from moderation.viewer_hashes import viewer_hash_of
from providers.status.answers import StatusPages
from providers.status.metrics import CIRCUITS_OPEN, FREE_PLACES, LIVES, LOOP_BEAT_AGE, LOOP_STALLS, USED_SHARE
from providers.status.server import status_server
from tenants.threads import in_thread

__all__ = ["Worker", "in_thread", "serve"]

ALIVE_S = 30.0  # a loop that has stood still for longer will not run again: the process is started anew

logger = logging.getLogger(__name__)


async def serve() -> None:
    """Run lives until SIGTERM or SIGINT; then release them, so that other workers continue them."""
    # After an outage a connection pool retries with growing pauses; leases cannot wait that long.
    connections.settings["default"].get("OPTIONS", {}).pop("pool", None)
    stopping = asyncio.Event()
    async with open_resources() as resources:
        worker = Worker(resources)
        freeze_startup_heap()
        register_worker(worker.submit)
        consumer = lives.create_consumer(workers=1, periodic=False)
        consumer.start()  # sets signal handlers, which ours must replace
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, stopping.set)
        pages = StatusPages(is_alive=lambda: worker.is_alive, before_metrics=worker.update_metrics)
        try:
            with status_server(settings.STATUS_ADDRESS, pages):
                await worker.run_until(stopping)
        finally:
            await asyncio.to_thread(consumer.stop, graceful=True)


class Worker:
    """Runs each submitted session from its claim to its end.

    At most `capacity` at a time, and no more than run already while its event loop is overloaded.
    """

    def __init__(self, resources: Resources, *, capacity: int | None = None) -> None:
        self.owner = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._resources = resources
        self._lives: dict[UUID, Live] = {}
        self._reconnected = asyncio.Event()
        self._watchdog = LoopWatchdog()
        self._registry = WorkerRegistry(resources.redis, self.owner)
        self._snapshots = SnapshotStore(resources.redis, self.owner)
        self._on_air = OnAirIndex(resources.redis)
        requests = SearchRequests()
        self._supervisor = Supervisor(
            self._run_session,
            capacity=settings.WORKER_CAPACITY if capacity is None else capacity,
            on_refused=requests.call_others,
            on_freed=requests.wake,
            is_overloaded=lambda: self._watchdog.overloaded,
        )
        self._policy_reloader = PolicyReloader(self._lives, resources.model_gate_of)
        self._streams = StreamCapacity(settings.STREAM_CORES)
        self._claiming = 0
        self._claimer = SessionClaimer(
            self._supervisor,
            requests,
            resources.redis,
            takes_streams=lambda: self._streams.room > self._claiming,
        )
        self._renewer = LeaseRenewer(
            self.owner,
            on_lost=lambda session_id: self._supervisor.cancel(str(session_id)),
            on_outage=requests.pause,
        )
        self._listener = CommandListener(
            resources.waiting_redis, on_call=requests.wake, on_reconnect=self._reconnected.set
        )

    @property
    def is_alive(self) -> bool:
        """Whether the event loop still runs. Thread-safe."""
        return self._watchdog.beat_age_s < ALIVE_S

    def update_metrics(self) -> None:
        """Write the worker's gauges. Thread-safe."""
        running, free = self._supervisor.running, self._supervisor.free_capacity
        LIVES.set(running)
        FREE_PLACES.set(free)
        USED_SHARE.set(running / (running + free) if running + free else 1.0)
        LOOP_STALLS.set(self._watchdog.stalls)
        LOOP_BEAT_AGE.set(self._watchdog.beat_age_s)
        CIRCUITS_OPEN.set(len(self._resources.failing_services()))

    def submit(self, session_id: str) -> None:
        """Claim and run a session, if it is free and there is capacity. Thread-safe."""
        self._supervisor.submit(session_id)

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Run lives until `stopping` is set, then release them."""
        logger.info("worker ready: %s", self.owner)
        await self._supervisor.run_until(
            stopping,
            self._resources.recorder.run,
            self._resources.console_batcher.run,
            self._resources.reply_audio.run,
            self._resources.spend_caps.ledger.run,
            self._watchdog.run,
            self._resources.voices.save_forever,
            self._resources.voices.probe_forever,
            self._resources.voices.store_clips_forever,
            self._resources.voices.keep_warm_forever,
            self._listener.run,
            self._renewer.run,
            self._claimer.run,
            self._resync_forever,
            self._silence_by_rows_forever,
            self._policy_reloader.run,
            lambda: self._send_heartbeats_until(stopping),
        )
        await self._release_orphans()

    async def _release_orphans(self) -> None:
        """Release sessions that were claimed but never run: a cancelled claim may still have been written."""
        try:
            if await in_thread(leases.release_all, owner=self.owner):
                await call_workers(self._resources.redis)
        except DatabaseError:
            logger.warning("database unreachable, leases will expire: owner=%s", self.owner)

    # --- one live ------------------------------------------------------------------------------------

    async def _run_session(self, session_id: str) -> None:
        bind_contextvars(session=session_id)  # each session has a task of its own, and so do its log lines
        commands = await self._listener.subscribe(session_id)
        try:
            session = await self._claim(UUID(session_id))
            if session is not None:
                await self._run_with_stream(session, commands)
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, live not claimed yet: session=%s", session_id)
        except Exception:
            # A supervised edge: an error in one live ends that live, never the worker.
            logger.exception("live could not be started or ended: session=%s", session_id)
        finally:
            await self._listener.unsubscribe(commands)

    async def _claim(self, session_id: UUID) -> LiveSession | None:
        """Claim a session. Each of several at once may turn out to need a stream, so all of them must fit."""
        self._claiming += 1
        try:
            takes_streams = self._streams.room >= self._claiming
            session = await in_thread(
                leases.claim, session_id=session_id, owner=self.owner, takes_streams=takes_streams
            )
            if session is not None and session.is_streamed:
                self._streams.add(session_id)
            return session
        finally:
            self._claiming -= 1

    async def _run_with_stream(self, session: LiveSession, commands: "asyncio.Queue[Command]") -> None:
        """Run a live; in managed mode beside its stream, which ends a moment after it."""
        broadcast = broadcast_of(session, self._resources, commands, self._streams)
        run = partial(self._run_claimed, session, commands, broadcast)
        if broadcast is None:
            await run()
            return
        try:
            await broadcast.carry(run)
        finally:
            self._streams.remove(session.id)
        await acknowledge_kill(session, self.owner)

    async def _run_claimed(
        self, session: LiveSession, commands: "asyncio.Queue[Command]", broadcast: Broadcast | None
    ) -> None:
        self._renewer.add(session.id)
        self._on_air.add(session)
        try:
            await self._listener.subscribe_to_playback(session.show.overlay_id, commands)
            await in_thread(leases.notify_consoles, session.id)
            reason = await self._run_live(session, commands, broadcast)
            counts = self._counts_of(session)
            if await self._record_end(session.id, reason, counts):
                await self._snapshots.delete(session.id)
                await in_thread(leases.notify_consoles, session.id)
        except asyncio.CancelledError:
            await self._hand_over(session)
            raise
        finally:
            self._renewer.remove(session.id)
            self._lives.pop(session.id, None)
            with suppress(RedisError, OSError):
                await self._on_air.remove(session.id)

    async def _run_live(
        self, session: LiveSession, commands: "asyncio.Queue[Command]", broadcast: Broadcast | None
    ) -> str:
        if session.show.is_shopping:
            # The show may have been marked after the start; this is the last check before it speaks.
            return LiveSession.EndReason.SHOPPING_LIVE
        try:
            live = await self._create_live(session, broadcast)
            counters = [self._on_air_counter(session, live)]
            if broadcast is not None:
                counters.append(stream_counter(session, self._resources, broadcast))
            return await live.run(
                lambda: apply_commands(
                    live,
                    commands,
                    on_new_rules=lambda: self._policy_reloader.request_reload([session.id]),
                    broadcast=broadcast,
                ),
                lambda: self._snapshots.save_forever(session.id, live),
                *(counter.run for counter in counters),
            )
        except Exception:
            logger.exception("live failed: session=%s", session.id)
            return LiveSession.EndReason.WORKER_FAILED

    def _on_air_counter(self, session: LiveSession, live: Live) -> OnAirCounter:
        ledger = self._resources.spend_caps.ledger
        return OnAirCounter(ledger, subject_of(session), is_on_air=lambda: live.is_on_air)

    async def _create_live(self, session: LiveSession, broadcast: Broadcast | None) -> Live:
        """Create the live of a session and restore the previous worker's snapshot, if there is one."""
        parts = await in_thread(assemble, session, self._resources)
        snapshot = await self._snapshots.take_over(session.id)
        if snapshot is None:  # a takeover must not wait for the measurement
            await self._resources.voices.measure(session.show.voice)
        log = await in_thread(read_log, session.id)

        parts = replace(parts, controls=chat_controls(session.id))
        if broadcast is not None:
            parts = replace(parts, sinks=[*parts.sinks, broadcast.sink])
        state = snapshot or {**empty_state(), "counts": session.counts}
        live = Live(parts)
        try:
            live.restore(complete(state, log, hash_viewer=partial(viewer_hash_of, session.tenant_id)))
        except (KeyError, TypeError, ValueError):
            logger.exception("snapshot unusable, the live starts without it: session=%s", session.id)
            live = Live(parts)
        self._lives[session.id] = live
        # Read after the live is in `_lives`: `_resync_forever` applies later changes.
        for muted, stop in (await in_thread(leases.read_flags, [session.id])).values():
            await _apply_flags(live, muted=muted, stop=stop)
        return live

    async def _record_end(self, session_id: UUID, reason: str, counts: dict[str, int]) -> bool:
        """Record the end of a session; retry for as long as the database is down and the lease is held."""
        while True:
            try:
                return await in_thread(
                    leases.finish, session_id=session_id, owner=self.owner, reason=reason, counts=counts
                )
            except (OperationalError, InterfaceError):
                logger.warning("database unreachable, end not recorded yet: session=%s", session_id)
                await asyncio.sleep(RETRY_S)

    async def _hand_over(self, session: LiveSession) -> None:
        """Save and release a session for the next worker; do nothing when another worker holds it."""
        if session.id in self._lives:
            await self._snapshots.save(session.id, self._lives[session.id])
        counts = self._counts_of(session)
        try:
            released = await in_thread(leases.release, session_id=session.id, owner=self.owner, counts=counts)
        except DatabaseError:
            logger.warning("database unreachable, lease will expire: session=%s", session.id)
            return
        if released:
            await call_workers(self._resources.redis)
            await in_thread(leases.notify_consoles, session.id)

    def _counts_of(self, session: LiveSession) -> dict[str, int]:
        live = self._lives.get(session.id)
        return live.counts if live is not None else session.counts

    # --- beside the lives ----------------------------------------------------------------------------

    async def _resync_forever(self) -> None:
        """After each gap in the subscription, apply the rows' state and send the overlays theirs again."""
        while True:
            await self._reconnected.wait()
            self._reconnected.clear()
            self._policy_reloader.request_reload(self._lives)
            try:
                flags = await in_thread(leases.read_flags, list(self._lives))
                roles = await in_thread(viewer_roles_by_session, list(self._lives))
            except (OperationalError, InterfaceError):
                self._reconnected.set()
                await asyncio.sleep(RETRY_S)
                continue
            for session_id, (muted, stop) in flags.items():
                if live := self._lives.get(session_id):
                    live.set_viewer_roles(roles.get(session_id, {}))
                    await _apply_flags(live, muted=muted, stop=stop)
                    await live.announce()

    async def _silence_by_rows_forever(self) -> None:
        """Mute and stop lives as their rows say, whether or not Redis brings the commands.

        It never unmutes: a console may have muted while the database was away, and the row may be behind.
        """
        while True:
            await asyncio.sleep(leases.RENEW_S)
            with suppress(OperationalError, InterfaceError):
                for session_id, (muted, stop) in (
                    await in_thread(leases.read_flags, list(self._lives))
                ).items():
                    if (live := self._lives.get(session_id)) and (muted or stop):
                        await _apply_flags(live, muted=muted, stop=stop)

    async def _send_heartbeats_until(self, stopping: asyncio.Event) -> None:
        """Send a heartbeat once a second; unregister before the lives are released."""
        while not stopping.is_set():
            running = self._supervisor.running
            free, room = self._supervisor.free_capacity, self._streams.room
            capacity = Capacity(running, running + free, self._watchdog.stalls, room)
            with suppress(RedisError, OSError):
                await self._registry.heartbeat(capacity, self._resources.failing_services())
                await self._on_air.refresh()
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_EVERY_S):
                    await stopping.wait()
        with suppress(RedisError, OSError):
            await self._registry.unregister()


async def _apply_flags(live: Live, *, muted: bool, stop: bool) -> None:
    if stop:
        live.stop()
    elif muted != live.muted:
        await live.set_muted(muted)
