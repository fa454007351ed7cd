"""A worker inside the test: real Redis and PostgreSQL, a chat from the local TikTok, sinks that are real."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from channels.layers import get_channel_layer

from livesessions.worker.assembly import open_resources
from livesessions.worker.worker import Worker, in_thread
from tests.patience import PATIENCE_S, POLL_S

T = TypeVar("T")


@pytest.fixture(autouse=True)
def unprompted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that a host says is what the test is about, and no greeting."""
    monkeypatch.setattr("planner.stage.rundown.OPENING_WITHIN_S", -1.0)


@asynccontextmanager
async def running_worker() -> AsyncIterator[Worker]:
    """Run a worker beside the body, as `manage.py run_lives` does, and stop it as SIGTERM does."""
    stopping = asyncio.Event()
    async with open_resources() as resources:
        worker = Worker(resources)
        running = asyncio.create_task(worker.run_until(stopping))
        try:
            yield worker
        finally:
            stopping.set()
            await running
    await get_channel_layer().flush()


async def eventually(look: Callable[[], T], holds: Callable[[T], bool] = bool) -> T:
    """Look at the database, in a thread and across tenants, until what is seen holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds(seen := await in_thread(look)):  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)  # the database tells nobody when a row changes
    return seen
