"""A source that heals: one that may break off goes in, an unbroken stream of its events comes out."""

import asyncio
import logging
import math
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Protocol

from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.port import ChatSource, SourceCounts, SourcePhase, SourceState
from chatsources.watchdog import Watchdog

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
# What a server asks us to wait is believed up to here.
LONGEST_ASKED_S = 120.0
CONNECT_S = 30.0
SILENCE_S = 20.0
LONGEST_SILENCE_S = 160.0
# A connection that was heard from for so long was a good one: what breaks it is a new trouble.
STABLE_S = 30.0
# Without a sign of life for so long the live is given up: longer than a provider's usual outage, and a host
# that comes back later than this finds an audience that has left.
GIVE_UP_S = 600.0


class Connectable(ChatSource, Protocol):
    """A source whose `events` makes one connection at each call and leaves out what earlier ones told.

    Its `state` is connected from the moment its line is open.
    """

    async def is_alive(self) -> bool | None:
        """Return whether the live goes on, as its platform says; None when it cannot be asked."""


class SignBudget(Protocol):
    """Shares out the requests to the sign server among all lives. It promises never to raise."""

    async def take(self, tenant: str) -> float:
        """Take one request for a tenant and return 0, or return in how many seconds to ask again."""


class BackOff:
    """Waits that double from `FIRST_RETRY_S` up to `LONGEST_RETRY_S`; chance takes off up to half of each."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._failures = 0

    def reset(self) -> None:
        self._failures = 0

    def next_s(self) -> float:
        """Return how long to wait now, in seconds."""
        longest_s = min(FIRST_RETRY_S * 2.0 ** min(self._failures, 10), LONGEST_RETRY_S)
        self._failures += 1
        return longest_s * (1 - self._chance() / 2)


class HealingSource:
    """Connects again whenever its connection breaks or falls silent, until the live ends or nothing helps.

    A permanent fault ends it at once; any other ends it after `GIVE_UP_S` without a sign of life, with the
    last fault as the reason, since its words say what the creator can do. A sign of life is a message, or
    TikTok's word that the room is live. When one connection after the other falls silent, none having proven
    stable, it is the room that is quiet: the next silence is borne twice as long, since every connection
    costs a sign request. All times are the running loop's; `chance` returns numbers from 0 to 1; `label`
    stands in the log lines.
    """

    def __init__(
        self,
        source: Connectable,
        *,
        budget: SignBudget,
        tenant: str,
        label: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._source = source
        self._budget = budget
        self._tenant = tenant
        self._label = label
        self._back_off = BackOff(chance)
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
        """Yield until the live ends; raise the `SourceError` that cannot be healed."""
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
                if self._means_end(fault):
                    return
                await self._wait(self._retry_s(fault), fault)
        finally:
            self._enter(SourceState(SourcePhase.ENDED))

    async def _read(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield what one connection brings; return when the live has ended."""
        watchdog = Watchdog(
            self._source, silence_s=self._silence_s, connect_s=CONNECT_S, on_connected=self._connected
        )
        try:
            async with aclosing(self._source.events()) as events:
                with watchdog:
                    while (event := await watchdog.next(events)) is not None:
                        yield event
                        if event.kind is EventKind.ENDED:
                            return
        except TimeoutError:
            if not watchdog.has_fired:
                raise
            if not await self._is_over(watchdog):
                raise SourceError(SourceFault.CONNECTION_LOST, permanent=False) from None
        finally:
            self._learn(watchdog)

    async def _is_over(self, watchdog: Watchdog) -> bool:
        """Find out what a silence means."""
        self._enter(SourceState(SourcePhase.STALLED, fault=SourceFault.CONNECTION_LOST))
        alive = await self._source.is_alive()
        if alive:
            self._life_at_s = _now_s()
        if watchdog.connected_s is not None:
            self._silence_s = min(self._silence_s * 2, LONGEST_SILENCE_S)
        return alive is False

    def _learn(self, watchdog: Watchdog) -> None:
        """Take from a connection that is over what it says about the next."""
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

    def _means_end(self, error: SourceError) -> bool:
        """Return whether the live is over; raise the error when there is no use in trying again."""
        if error.fault is SourceFault.USER_OFFLINE and self._has_connected:
            return True
        if error.permanent:
            raise error
        self._give_up_on(error.fault)
        return False

    def _give_up_on(self, fault: SourceFault) -> None:
        if _now_s() - self._life_at_s >= GIVE_UP_S:
            raise SourceError(fault, permanent=True)

    def _retry_s(self, error: SourceError) -> float:
        return max(self._back_off.next_s(), min(error.retry_after_s or 0.0, LONGEST_ASKED_S))

    async def _take_budget(self) -> None:
        limited = SourceError(SourceFault.SIGN_RATE_LIMITED, permanent=False)
        while (wait_s := await self._budget.take(self._tenant)) > 0:
            self._give_up_on(limited.fault)
            await self._wait(wait_s, limited)

    async def _wait(self, wait_s: float, error: SourceError) -> None:
        self._retry_at_s = _now_s() + wait_s
        self._enter(SourceState(SourcePhase.WAITING, math.ceil(wait_s), error.fault))
        await asyncio.sleep(wait_s)

    def _enter(self, state: SourceState) -> None:
        """Change the state, and log it: metrics are taken from this line."""
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
