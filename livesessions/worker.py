"""A worker process: takes lives from the queue and runs them, all on one event loop."""

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django_scopes import scopes_disabled

from livesessions import services
from livesessions.assembly import Resources, assemble, open_resources
from livesessions.commands import Command
from livesessions.listener import CommandListener, obey
from livesessions.models import LiveSession
from livesessions.pipeline.live import Live
from livesessions.pipeline.supervisor import Supervisor
from livesessions.tasks import hand_lives_to, lives

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


async def serve() -> None:
    """Take lives in until SIGTERM or SIGINT; then give them back, so that another worker can go on."""
    stopping = asyncio.Event()
    async with open_resources() as resources:
        worker = Worker(resources)
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
    """Runs each session handed to it from its claim to its end."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._listener = CommandListener(resources.redis)
        self._supervisor = Supervisor(self._run_session)

    def take(self, session_id: str) -> None:
        """Take a live in; may be called from any thread."""
        self._supervisor.take(session_id)

    async def run_until(self, stopping: asyncio.Event) -> None:
        """Run lives until `stopping` is set, the ones first that waited while no worker was there."""
        for session_id in await in_thread(services.waiting_sessions):
            self.take(session_id)
        logger.info("worker ready")
        background = (self._resources.recorder.run, self._resources.board.run, self._listener.run)
        await self._supervisor.run_until(stopping, *background)

    async def _run_session(self, session_id: str) -> None:
        commands = await self._listener.follow(session_id)
        try:
            session = await in_thread(services.claim_session, session_id=UUID(session_id))
            if session is not None:
                await self._run_claimed(session, commands)
        except Exception:
            # The supervised edge: one live's fault ends that live, never the worker.
            logger.exception("live could not be started or ended: session=%s", session_id)
        finally:
            await self._listener.unfollow(session_id)

    async def _run_claimed(self, session: LiveSession, commands: "asyncio.Queue[Command]") -> None:
        reason, counts = LiveSession.EndReason.WORKER_FAILED.value, dict[str, int]()
        try:
            live = Live(await in_thread(assemble, session, self._resources))
            reason = await live.run(lambda: obey(live, commands))
            counts = live.counts
        except asyncio.CancelledError:
            await in_thread(services.release_session, session_id=session.id)
            raise
        except Exception:
            logger.exception("live failed: session=%s", session.id)
        await in_thread(services.finish_session, session_id=session.id, reason=reason, counts=counts)


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking work of the web's side in a thread, across all tenants, and give its connection back."""

    def run() -> T:
        close_old_connections()
        try:
            with scopes_disabled():
                return work(*args, **kwargs)
        finally:
            close_old_connections()

    return await sync_to_async(run, thread_sensitive=False)()
