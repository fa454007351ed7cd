"""A worker process: takes the lives that nobody holds and runs them, all on one event loop."""

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

from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import Live
from livesessions.pipeline.state import empty_state
from livesessions.pipeline.supervisor import Supervisor
from livesessions.querysets import standings_of_lives
from livesessions.tasks import hand_lives_to, lives
from livesessions.worker import leases
from livesessions.worker.assembly import Resources, assemble, open_resources
from livesessions.worker.chat_controls import chat_controls
from livesessions.worker.command_listener import CommandListener, obey
from livesessions.worker.commands import Command
from livesessions.worker.lease_keeper import RETRY_S, LeaseKeeper, call_workers
from livesessions.worker.loop_watchdog import Watchdog
from livesessions.worker.policy_reloader import PolicyReloader
from livesessions.worker.registry import SIGN_IN_EVERY_S, Seats, WorkerRegistry
from livesessions.worker.snapshots import SnapshotStore, complete, read_log
from livesessions.worker.startup_heap import settle
from moderation.viewer_hashes import viewer_hash_of
from tenants.threads import in_thread

__all__ = ["Worker", "in_thread", "serve"]

logger = logging.getLogger(__name__)


async def serve() -> None:
    """Take lives in until SIGTERM or SIGINT; then give them back, so that another worker can go on."""
    # A pool waits ever longer before it tries a server again that was away; leases cannot wait.
    connections.settings["default"].get("OPTIONS", {}).pop("pool", None)
    stopping = asyncio.Event()
    async with open_resources() as resources:
        worker = Worker(resources)
        settle()
        hand_lives_to(worker.take)
        consumer = lives.create_consumer(workers=1, periodic=False)
        consumer.start()  # which sets signal handlers of its own, so ours come after it
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, stopping.set)
        try:
            await worker.run_until(stopping)
        finally:
            await asyncio.to_thread(consumer.stop, graceful=True)


class Worker:
    """Runs each session that it takes from its claim to its end, at most `capacity` at a time."""

    def __init__(self, resources: Resources, *, capacity: int | None = None) -> None:
        self.owner = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._resources = resources
        self._lives: dict[UUID, Live] = {}
        self._returned = asyncio.Event()
        self._watchdog = Watchdog()
        self._roster = WorkerRegistry(resources.redis, self.owner)
        self._snapshots = SnapshotStore(resources.redis, self.owner)
        self._supervisor = Supervisor(
            self._run_session,
            capacity=settings.WORKER_CAPACITY if capacity is None else capacity,
            on_refused=lambda: self._keeper.pass_on(),
            on_freed=lambda: self._keeper.wake(),
        )
        self._rulebook = PolicyReloader(self._lives, resources.model_gate_of)
        self._keeper = LeaseKeeper(self.owner, self._supervisor, resources.redis)
        self._listener = CommandListener(
            resources.waiting_redis, on_call=self._keeper.wake, on_return=self._returned.set
        )

    def take(self, session_id: str) -> None:
        """Take a live in; may be called from any thread."""
        self._supervisor.take(session_id)

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Run lives until `stopping` is set, then hand them over."""
        logger.info("worker ready: %s", self.owner)
        await self._supervisor.run_until(
            stopping,
            self._resources.recorder.run,
            self._resources.board.run,
            self._watchdog.run,
            self._resources.voices.save_forever,
            self._resources.voices.probe_forever,
            self._resources.voices.store_clips_forever,
            self._resources.voices.keep_warm_forever,
            self._listener.run,
            self._keeper.renew_forever,
            self._keeper.look_forever,
            self._catch_up_forever,
            self._rulebook.follow,
            lambda: self._be_seen_until(stopping),
        )
        await self._give_back_strays()

    async def _give_back_strays(self) -> None:
        """A claim that was cancelled on its way may have been written all the same, with nobody behind it."""
        try:
            if await in_thread(leases.release_all, owner=self.owner):
                await call_workers(self._resources.redis)
        except DatabaseError:
            logger.warning("database unreachable, leases left to run out: owner=%s", self.owner)

    # --- one live ------------------------------------------------------------------------------------

    async def _run_session(self, session_id: str) -> None:
        commands = await self._listener.follow(session_id)
        try:
            session = await in_thread(leases.claim, session_id=UUID(session_id), owner=self.owner)
            if session is not None:
                await self._run_claimed(session, commands)
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, live left to be taken later: session=%s", session_id)
        except Exception:
            # The supervised edge: one live's fault ends that live, never the worker.
            logger.exception("live could not be started or ended: session=%s", session_id)
        finally:
            await self._listener.unfollow(commands)

    async def _run_claimed(self, session: LiveSession, commands: "asyncio.Queue[Command]") -> None:
        self._keeper.hold(session.id)
        try:
            await self._listener.follow_overlay(session.show.overlay_id, commands)
            await in_thread(leases.tell_consoles, session.id)
            reason = await self._run_live(session, commands)
            counts = self._counts_of(session)
            if await self._finish(session.id, reason, counts):
                await self._snapshots.delete(session.id)
                await in_thread(leases.tell_consoles, session.id)
        except asyncio.CancelledError:
            await self._hand_over(session)
            raise
        finally:
            self._keeper.let_go(session.id)
            self._lives.pop(session.id, None)

    async def _run_live(self, session: LiveSession, commands: "asyncio.Queue[Command]") -> str:
        if session.show.is_shopping:
            # Marked since it was started: the last door before a voice is heard.
            return LiveSession.EndReason.SHOPPING_LIVE
        try:
            live = await self._go_on_with(session)
            return await live.run(
                lambda: obey(live, commands, on_new_rules=lambda: self._rulebook.note_change([session.id])),
                lambda: self._snapshots.save_forever(session.id, live),
            )
        except Exception:
            logger.exception("live failed: session=%s", session.id)
            return LiveSession.EndReason.WORKER_FAILED

    async def _go_on_with(self, session: LiveSession) -> Live:
        """Make a live of a session, at the point where the worker before us has left it, if one has."""
        parts = await in_thread(assemble, session, self._resources)
        left = await self._snapshots.take_over(session.id)
        if left is None:  # whoever waits for a live to go on need not wait for this
            await self._resources.voices.measure(session.show.voice)
        log = await in_thread(read_log, session.id)

        parts = replace(parts, controls=chat_controls(session.id))
        state = left or {**empty_state(), "counts": session.counts}
        live = Live(parts)
        try:
            live.restore(complete(state, log, hash_viewer=partial(viewer_hash_of, session.tenant_id)))
        except (KeyError, TypeError, ValueError):
            logger.exception("snapshot unusable, the live starts without it: session=%s", session.id)
            live = Live(parts)
        self._lives[session.id] = live
        # Read after the live can be found: what is commanded from now on, `_catch_up_forever` sees.
        for muted, stop in (await in_thread(leases.flags_of, [session.id])).values():
            await _obey_row(live, muted=muted, stop=stop)
        return live

    async def _finish(self, session_id: UUID, reason: str, counts: dict[str, int]) -> bool:
        """Write the end down, however long the database is away; the lease stays ours meanwhile."""
        while True:
            try:
                return await in_thread(
                    leases.finish, session_id=session_id, owner=self.owner, reason=reason, counts=counts
                )
            except (OperationalError, InterfaceError):
                logger.warning("database unreachable, end not written yet: session=%s", session_id)
                await asyncio.sleep(RETRY_S)

    async def _hand_over(self, session: LiveSession) -> None:
        """Give a live back for the next worker; does nothing when another one holds it already."""
        if session.id in self._lives:
            await self._snapshots.save(session.id, self._lives[session.id])
        counts = self._counts_of(session)
        try:
            released = await in_thread(leases.release, session_id=session.id, owner=self.owner, counts=counts)
        except DatabaseError:
            logger.warning("database unreachable, lease left to run out: session=%s", session.id)
            return
        if released:
            await call_workers(self._resources.redis)
            await in_thread(leases.tell_consoles, session.id)

    def _counts_of(self, session: LiveSession) -> dict[str, int]:
        live = self._lives.get(session.id)
        return live.counts if live is not None else session.counts

    # --- beside the lives ----------------------------------------------------------------------------

    async def _catch_up_forever(self) -> None:
        """After a gap in the subscription, do what was commanded meanwhile, and tell the overlays anew."""
        while True:
            await self._returned.wait()
            self._returned.clear()
            self._rulebook.note_change(self._lives)
            try:
                flags = await in_thread(leases.flags_of, list(self._lives))
                standings = await in_thread(standings_of_lives, list(self._lives))
            except (OperationalError, InterfaceError):
                self._returned.set()
                await asyncio.sleep(RETRY_S)
                continue
            for session_id, (muted, stop) in flags.items():
                if live := self._lives.get(session_id):
                    live.set_viewer_roles(standings.get(session_id, {}))
                    await _obey_row(live, muted=muted, stop=stop)
                    await live.announce()

    async def _be_seen_until(self, stopping: asyncio.Event) -> None:
        """Sign in once a second, and out before the lives are handed over."""
        while not stopping.is_set():
            seats = Seats(self._supervisor.running, self._supervisor.capacity, self._watchdog.stalls)
            with suppress(RedisError, OSError):
                await self._roster.sign_in(seats)
            with suppress(TimeoutError):
                async with asyncio.timeout(SIGN_IN_EVERY_S):
                    await stopping.wait()
        with suppress(RedisError, OSError):
            await self._roster.sign_out()


async def _obey_row(live: Live, *, muted: bool, stop: bool) -> None:
    if stop:
        live.stop()
    elif muted != live.muted:
        await live.set_muted(muted)
