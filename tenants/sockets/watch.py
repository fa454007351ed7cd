"""Watches the rights of one open socket."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.db import DatabaseError, InterfaceError

logger = logging.getLogger(__name__)

CHECK_EVERY_S = 60.0
RETRY_S = 5.0


@dataclass(slots=True)
class _Gate:
    """Lets one check at a time through, and none for `RETRY_S` after the database did not answer one.

    During an outage, the checks of a thousand sockets would otherwise queue before everything else that
    needs the database.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    closed_until: float = 0.0


_gates: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Gate]" = WeakKeyDictionary()


class RightsWatch:
    """Checks a socket's rights every `check_every_s`, and at once after `check_now`.

    - `still_held`: returns whether the socket may stay open.
    - `end`: closes the socket; called once, when it may not.

    A check that the database does not answer closes nothing, because an outage must not close every console
    of a running live; it is repeated after `RETRY_S`.
    """

    def __init__(
        self,
        still_held: Callable[[], Awaitable[bool]],
        end: Callable[[], Awaitable[None]],
        *,
        check_every_s: float = CHECK_EVERY_S,
    ) -> None:
        self._still_held = still_held
        self._end = end
        self._check_every_s = check_every_s
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="rights-watch")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def check_now(self) -> None:
        self._asked.set()

    async def _run(self) -> None:
        pause_s = self._check_every_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._asked.wait()
            self._asked.clear()
            held = await self._check()
            if held is False:
                await self._end()
                return
            pause_s = self._check_every_s if held else min(RETRY_S, self._check_every_s)

    async def _check(self) -> bool | None:
        """Return whether the rights are still held; None when the database does not answer."""
        loop = asyncio.get_running_loop()
        gate = _gates.setdefault(loop, _Gate())
        async with gate.lock:
            if loop.time() < gate.closed_until:
                return None
            try:
                return await self._still_held()
            except (DatabaseError, InterfaceError):
                logger.warning("The rights of open sockets could not be checked; they stay open.")
                gate.closed_until = loop.time() + RETRY_S
                return None
