"""A chat source that yields the scenes of a simulated room as `LiveEvent`s when they are due."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from itertools import islice

from chatsources.events import LiveEvent
from chatsources.port import CONNECTED, SourceCounts, SourceState
from chatsources.simulator.data import chat_language
from chatsources.simulator.room import Room, Scene

RECENT_S = 20.0
SKIPPED_AT_ONCE = 100


def utc_now() -> datetime:
    return datetime.now(UTC)


class SimulatorSource:
    """A `ChatSource` of simulated viewers. It never fails, and ends only after `limit` events.

    - `rate_per_minute`: the rate of comments; other events are added to them.
    - `seed`: the same seed gives the same events, except for their dates and ids.
    - `run`: a part of the source ids, which makes them unique for each run.
    - `elapsed_s`: starts in the middle of a run; the events of the last `RECENT_S` seconds come first, as in
      a real room.
    """

    def __init__(
        self,
        *,
        language: str,
        rate_per_minute: float,
        seed: int = 0,
        limit: int | None = None,
        now: Callable[[], datetime] = utc_now,
        run: str | None = None,
        elapsed_s: float = 0.0,
    ) -> None:
        if rate_per_minute <= 0:
            raise ValueError("A simulated chat needs a rate above zero.")
        self._language = chat_language(language)
        self._rate_per_minute = rate_per_minute
        self._seed = seed
        self._limit = limit
        self._now = now
        self._run = secrets.token_hex(4) if run is None else run
        self._elapsed_s = elapsed_s
        self._counts = SourceCounts()

    @property
    def counts(self) -> SourceCounts:
        return self._counts

    @property
    def state(self) -> SourceState:
        return CONNECTED

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield each event when it is due on the loop's clock; a slow reader gets it later."""
        room = Room(language=self._language, rate_per_minute=self._rate_per_minute, seed=self._seed)
        loop = asyncio.get_running_loop()
        began_s = loop.time() - self._elapsed_s
        for at_s, number, scene in islice(room.scenes(), self._limit):
            if at_s < self._elapsed_s - RECENT_S:
                if number % SKIPPED_AT_ONCE == 0:
                    await asyncio.sleep(0)  # other lives share this loop
                continue
            await asyncio.sleep(max(began_s + at_s - loop.time(), 0.0))
            self._counts.received += 1
            self._counts.decoded += 1
            yield self._as_event(number, scene)

    def _as_event(self, number: int, scene: Scene) -> LiveEvent:
        return LiveEvent(
            kind=scene.kind,
            source_id=self._source_id(number),
            occurred_at=self._now(),
            viewer=scene.viewer,
            text=scene.text,
            count=scene.count,
            gift=scene.gift,
            streak_open=scene.streak_open,
            targets=() if scene.about is None else (self._source_id(scene.about),),
        )

    def _source_id(self, number: int) -> str:
        return f"sim-{self._seed}-{self._run}-{number}"
