"""Many lives on one event loop: each in a task of its own, none able to take another down."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

RunOne = Callable[[str], Coroutine[Any, Any, None]]
Part = Callable[[], Coroutine[Any, Any, None]]


class Supervisor:
    """Owns the tasks of a worker. `run_one` must not raise; if it does, the worker ends with its error.

    `on_refused` is called when a live came in while `capacity` lives ran, `on_freed` when one has ended.
    """

    def __init__(
        self, run_one: RunOne, *, capacity: int, on_refused: Callable[[], None], on_freed: Callable[[], None]
    ) -> None:
        self.capacity = capacity
        self._run_one = run_one
        self._on_refused = on_refused
        self._on_freed = on_freed
        self._loop = asyncio.get_running_loop()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._incoming: asyncio.Queue[str] = asyncio.Queue()

    @property
    def running(self) -> int:
        """How many lives run here now."""
        return len(self._running)

    @property
    def seats_left(self) -> int:
        """How many more may come in."""
        return max(self.capacity - self.running, 0)

    def take(self, session_id: str) -> None:
        """Take a live in; may be called from any thread, any number of times for the same live."""
        self._loop.call_soon_threadsafe(self._incoming.put_nowait, session_id)

    def drop(self, session_id: str) -> None:
        """Cancel a live that runs here."""
        if session_id in self._running:
            self._running[session_id].cancel()

    async def run_until(self, stopping: asyncio.Event, *background: Part) -> None:
        """Run what is taken in until `stopping` is set; the background parts end after the last live."""
        async with _running(*background), _running(self._take_in):
            await stopping.wait()

    async def _take_in(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                session_id = await self._incoming.get()
                if session_id in self._running:
                    continue
                if not self.seats_left:
                    self._on_refused()
                    continue
                task = tasks.create_task(self._run_one(session_id), name=f"live-{session_id}")
                self._running[session_id] = task
                task.add_done_callback(lambda _, ended=session_id: self._forget(ended))  # type: ignore[misc]

    def _forget(self, session_id: str) -> None:
        del self._running[session_id]
        self._on_freed()


@asynccontextmanager
async def _running(*parts: Part) -> AsyncIterator[None]:
    """Run parts beside the body; cancel them and wait for their end when the body is done."""
    async with asyncio.TaskGroup() as tasks:
        started = [tasks.create_task(part(), name=part.__qualname__) for part in parts]
        try:
            yield
        finally:
            for task in started:
                task.cancel()
