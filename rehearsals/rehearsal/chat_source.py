"""The chat of a rehearsal: a recording or the simulator, repeated for as long as the rehearsal lasts."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from chatsources.errors import SourceError
from chatsources.events import EventKind, LiveEvent
from chatsources.port import CONNECTED, ChatSource, SourceCounts, SourceState
from chatsources.replay import Clock, open_replay
from chatsources.simulator.source import SimulatorSource

SIMULATOR = "simulator"
SIMULATED_PER_MINUTE = 40.0
CHATS = Path(__file__).with_name("chats")

MIN_PASS_S = 10.0
GAP_S = 3.0  # between two passes
MAX_EVENTS = 60_000  # twice a busy hour; a short file of many lines must not fill the memory

# The state of the recorded live says nothing about the rehearsal.
IGNORED_KINDS = frozenset({EventKind.ENDED, EventKind.PAUSED, EventKind.RESUMED})

OpenChat = Callable[[Clock], ChatSource]


@dataclass(frozen=True, slots=True)
class SampleChat:
    """A recording that the product ships. `lines_per_minute` is its average rate."""

    key: str
    lines_per_minute: int

    @property
    def path(self) -> Path:
        return CHATS / f"{self.key}.jsonl"


SAMPLES = (SampleChat("premiere", 500), SampleChat("stream", 85))


def open_recording(path: Path, *, language: str) -> OpenChat:
    """Return a function that opens a recording; the file is read once now, to find a wrong format at once.

    Raise OSError and `ReplayError`.
    """
    open_replay(path, speed=1.0)
    return lambda clock: open_replay(path, speed=1.0, language=language, clock=clock)


def open_simulator(*, language: str, seed: int, rate_per_minute: float = SIMULATED_PER_MINUTE) -> OpenChat:
    """Return a function that opens the simulated chat."""
    return lambda clock: SimulatorSource(
        language=language, rate_per_minute=rate_per_minute, seed=seed, now=clock, run="rehearsal"
    )


class RehearsalChat:
    """A `ChatSource` that lasts `lasts_s` seconds and repeats a shorter chat.

    From the second pass on, ids of events, gift streaks and deletions get the pass's number as a prefix, so
    that repeated events count as new ones.
    """

    def __init__(self, open_chat: OpenChat, *, lasts_s: float, clock: Clock) -> None:
        self._open_chat = open_chat
        self._lasts_s = lasts_s
        self._clock = clock
        self._events_left = MAX_EVENTS
        self._counts = SourceCounts()

    @property
    def counts(self) -> SourceCounts:
        return self._counts

    @property
    def state(self) -> SourceState:
        return CONNECTED

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        now_s = asyncio.get_running_loop().time
        ends_at_s = now_s() + self._lasts_s
        number = 0
        while now_s() < ends_at_s:
            began_s, number = now_s(), number + 1
            async with aclosing(self._pass(ends_at_s)) as events:
                async for event in events:
                    self._counts.received += 1
                    self._counts.decoded += 1
                    yield event if number == 1 else _with_new_ids(event, number)
            gap_s = max(began_s + MIN_PASS_S - now_s(), GAP_S)
            await asyncio.sleep(max(min(gap_s, ends_at_s - now_s()), 0.0))

    async def _pass(self, ends_at_s: float) -> AsyncGenerator[LiveEvent, None]:
        source = self._open_chat(self._clock)
        async with aclosing(source.events()) as events:
            while self._events_left:
                try:
                    async with asyncio.timeout_at(ends_at_s):
                        event = await anext(events)
                except (StopAsyncIteration, TimeoutError, SourceError):
                    break
                if event.kind not in IGNORED_KINDS:
                    self._events_left -= 1
                    yield event
        self._counts.broken += source.counts.broken


def _with_new_ids(event: LiveEvent, number: int) -> LiveEvent:
    gift = event.gift
    if gift is not None and gift.streak_id:
        gift = replace(gift, streak_id=f"{number}/{gift.streak_id}")
    targets = tuple(f"{number}/{target}" for target in event.targets)
    return replace(event, source_id=f"{number}/{event.source_id}", gift=gift, targets=targets)
