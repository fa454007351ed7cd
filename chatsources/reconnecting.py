"""A source that reconnects: yields one continuous stream of events over many connections."""

import asyncio
import logging
import math
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Protocol

from chatsources.connection_watchdog import ConnectionWatchdog
from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.port import ChatSource, SourceCounts, SourcePhase, SourceState

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
# The longest wait that a server may ask for.
LONGEST_ASKED_S = 120.0
CONNECT_S = 30.0
SILENCE_S = 20.0
LONGEST_SILENCE_S = 160.0
# A connection that delivered messages for so long was stable: its end resets the backoff.
STABLE_S = 30.0
# The live ends after so long without a sign of life: longer than a provider's usual outage, while a host that
# returns later than this would find no audience.
GIVE_UP_S = 600.0


class Connectable(ChatSource, Protocol):
    """A source whose `events` opens one connection at each call and skips events of earlier connections.

    Its `state` is connected as soon as the connection is open.
    """

    async def is_alive(self) -> bool | None:
        """Return whether the platform reports the live as running; None when that cannot be found out."""


class SignBudget(Protocol):
    """Limits the requests to the sign server across all lives. It never raises."""

    async def take(self, tenant: str) -> float:
        """Spend one request for a tenant and return 0, or return the seconds to wait before asking again."""


class ReconnectBackoff:
    """Exponential backoff from `FIRST_RETRY_S` to `LONGEST_RETRY_S`; jitter shortens waits by up to half."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._failures = 0

    def reset(self) -> None:
        self._failures = 0

    def next_s(self) -> float:
        """Return the next wait in seconds."""
        longest_s = min(FIRST_RETRY_S * 2.0 ** min(self._failures, 10), LONGEST_RETRY_S)
        self._failures += 1
        return longest_s * (1 - self._chance() / 2)


class ReconnectingSource:
    """Reconnects whenever its connection breaks or falls silent, until the live ends.

    - A permanent fault ends it at once. Other faults end it after `GIVE_UP_S` without a sign of life; the
      last fault is the reason, because its text says what the creator can do.
    - A sign of life is a message, or TikTok's report that the room is live.
    - If several connections fall silent and none was stable, the room is quiet: each time the allowed silence
      doubles, because every connection costs a sign request.
    - `awaits_live`: an account that is not live yet is asked again, as the live begins with our own stream.
    - `chance` returns numbers from 0 to 1; `label` identifies the session in log lines. All times are the
      running loop's.
    """

    def __init__(
        self,
        source: Connectable,
        *,
        budget: SignBudget,
        tenant: str,
        label: str,
        awaits_live: bool = False,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._source = source
        self._budget = budget
        self._tenant = tenant
        self._label = label
        self._awaits_live = awaits_live
        self._back_off = ReconnectBackoff(chance)
        self._silence_s = SILENCE_S
        self._state = SourceState(SourcePhase.CONNECTING)
        self._retry_at_s = 0.0
        self._life_at_s = 0.0
        self._has_connected = False

    @property
    def counts(self) -> SourceCounts:
        return self._source.counts

    @property
    def state(self) -> SourceState:
        if self._state.phase is not SourcePhase.WAITING:
            return self._state
        left_s = math.ceil(self._retry_at_s - asyncio.get_running_loop().time())
        return SourceState(SourcePhase.WAITING, max(left_s, 0), self._state.fault)

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield events until the live ends; raise the `SourceError` that no reconnection can repair."""
        self._life_at_s = _now_s()
        try:
            while True:
                await self._take_budget()
                self._enter(SourceState(SourcePhase.CONNECTING))
                try:
                    async with aclosing(self._read()) as events:
                        async for event in events:
                            yield event
                    return
                except SourceError as error:
                    fault = error
                if self._is_end(fault):
                    return
                await self._wait(self._retry_s(fault), fault)
        finally:
            self._enter(SourceState(SourcePhase.ENDED))

    async def _read(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield the events of one connection; return when the live has ended."""
        watchdog = ConnectionWatchdog(
            self._source, silence_s=self._silence_s, connect_s=CONNECT_S, on_connected=self._connected
        )
        try:
            async with aclosing(self._source.events()) as events, watchdog:
                while (event := await watchdog.next(events)) is not None:
                    yield event
                    if event.kind is EventKind.ENDED:
                        return
        except TimeoutError:
            if not watchdog.has_timed_out:
                raise
            if not await self._is_over(watchdog):
                raise SourceError(SourceFault.CONNECTION_LOST, permanent=False) from None
        finally:
            self._evaluate(watchdog)

    async def _is_over(self, watchdog: ConnectionWatchdog) -> bool:
        """Return whether the live has ended, after a silent connection."""
        self._enter(SourceState(SourcePhase.STALLED, fault=SourceFault.CONNECTION_LOST))
        alive = await self._source.is_alive()
        if alive:
            self._life_at_s = _now_s()
        if watchdog.connected_s is not None:
            self._silence_s = min(self._silence_s * 2, LONGEST_SILENCE_S)
        return alive is False

    def _evaluate(self, watchdog: ConnectionWatchdog) -> None:
        """Record the last sign of life of a closed connection; reset the waits if it was stable."""
        if watchdog.heard_s is None or watchdog.connected_s is None:
            return
        self._life_at_s = max(self._life_at_s, watchdog.heard_s)
        if watchdog.heard_s - watchdog.connected_s >= STABLE_S:
            self._back_off.reset()
            self._silence_s = SILENCE_S

    def _connected(self) -> None:
        if self._has_connected:
            self.counts.reconnects += 1
        self._has_connected = True
        self._enter(SourceState(SourcePhase.CONNECTED))

    def _is_end(self, error: SourceError) -> bool:
        """Return whether the live has ended; raise the error when a retry cannot succeed."""
        if error.fault is SourceFault.USER_OFFLINE and self._has_connected:
            return True
        is_awaited = self._awaits_live and error.fault is SourceFault.USER_OFFLINE
        if error.permanent and not is_awaited:
            raise error
        self._check_deadline(error.fault)
        return False

    def _check_deadline(self, fault: SourceFault) -> None:
        """Raise `SourceError` after `GIVE_UP_S` without a sign of life."""
        if _now_s() - self._life_at_s >= GIVE_UP_S:
            raise SourceError(fault, permanent=True)

    def _retry_s(self, error: SourceError) -> float:
        return max(self._back_off.next_s(), min(error.retry_after_s or 0.0, LONGEST_ASKED_S))

    async def _take_budget(self) -> None:
        limited = SourceError(SourceFault.SIGN_RATE_LIMITED, permanent=False)
        while (wait_s := await self._budget.take(self._tenant)) > 0:
            self._check_deadline(limited.fault)
            await self._wait(wait_s, limited)

    async def _wait(self, wait_s: float, error: SourceError) -> None:
        self._retry_at_s = _now_s() + wait_s
        self._enter(SourceState(SourcePhase.WAITING, math.ceil(wait_s), error.fault))
        await asyncio.sleep(wait_s)

    def _enter(self, state: SourceState) -> None:
        """Change the state, and log it: metrics are read from this line."""
        self._state = state
        logger.info(
            "chat connection: session=%s state=%s fault=%s retry_in_s=%d %s",
            self._label,
            state.phase.value,
            state.fault.value if state.fault else "",
            state.retry_in_s,
            " ".join(f"{name}={number}" for name, number in asdict(self.counts).items()),
        )


def _now_s() -> float:
    return asyncio.get_running_loop().time()
