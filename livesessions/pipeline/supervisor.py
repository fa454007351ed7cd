"""Runs the lives of a worker: each in its own task, isolated from the others' failures."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

RunOne = Callable[[str], Coroutine[Any, Any, None]]
Part = Callable[[], Coroutine[Any, Any, None]]


class Supervisor:
    """Owns the tasks of a worker. `run_one` must not raise; if it does, the worker ends with its error.

    - `on_refused` is called when a live is submitted without free capacity.
    - `on_freed` is called when a live has ended.
    - `is_overloaded`: while it returns true, no further live is started beside the running ones.
    """

    def __init__(
        self,
        run_one: RunOne,
        *,
        capacity: int,
        on_refused: Callable[[], None],
        on_freed: Callable[[], None],
        is_overloaded: Callable[[], bool] = lambda: False,
    ) -> None:
        self.capacity = capacity
        self._run_one = run_one
        self._on_refused = on_refused
        self._on_freed = on_freed
        self._is_overloaded = is_overloaded
        self._loop = asyncio.get_running_loop()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._submitted: asyncio.Queue[str] = asyncio.Queue()

    @property
    def running(self) -> int:
        """The number of lives that run now."""
        return len(self._running)

    @property
    def free_capacity(self) -> int:
        """How many more lives may be submitted."""
        if self.running and self._is_overloaded():
            return 0
        return max(self.capacity - self.running, 0)

    def submit(self, session_id: str) -> None:
        """Start a live unless it runs already. Thread-safe."""
        self._loop.call_soon_threadsafe(self._submitted.put_nowait, session_id)

    def cancel(self, session_id: str) -> None:
        """Cancel a live, if it runs here."""
        if session_id in self._running:
            self._running[session_id].cancel()

    async def run_until(self, stopping: asyncio.Event, *background: Part) -> None:
        """Run the submitted lives until `stopping` is set; the background parts end after the last live."""
        async with _running(*background), _running(self._start_submitted):
            await stopping.wait()

    async def _start_submitted(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                session_id = await self._submitted.get()
                if session_id in self._running:
                    continue
                if not self.free_capacity:
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
    """Run the parts during the `with` body; at its end, cancel them and wait until they have ended."""
    async with asyncio.TaskGroup() as tasks:
        started = [tasks.create_task(part(), name=part.__qualname__) for part in parts]
        try:
            yield
        finally:
            for task in started:
                task.cancel()
