"""A chat that breaks off: each connection does what its script says, on the loop's clock."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from chatsources.errors import SourceError
from chatsources.events import EventKind, LiveEvent
from chatsources.port import CONNECTED, SourceCounts, SourcePhase, SourceState
from tests.fakes.virtual_time import EPOCH

CONNECTING = SourceState(SourcePhase.CONNECTING)
ENDED = SourceState(SourcePhase.ENDED)

Act = float | str | EventKind | SourceError | None


@dataclass
class FakeConnection:
    """A `Connectable`. Acts: seconds to wait, a comment, a kind of event, an error to raise, None: silence.

    The last script is played again and again. `never_opens` leaves every connection in its making; messages
    without an event arrive every `noise_s` seconds of a silence. `alive` is what `is_alive` answers.
    """

    scripts: Sequence[Sequence[Act]]
    alive: bool | None = None
    never_opens: bool = False
    noise_s: float | None = None
    counts: SourceCounts = field(default_factory=SourceCounts)
    state: SourceState = CONNECTING
    began_s: list[float] = field(default_factory=list)
    closed: int = 0

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        script = self.scripts[min(len(self.began_s), len(self.scripts) - 1)]
        self.began_s.append(asyncio.get_running_loop().time())
        self.state = CONNECTING
        try:
            if self.never_opens:
                await asyncio.Event().wait()
            for act in script:
                if isinstance(act, SourceError):
                    raise act
                self.state = CONNECTED
                if isinstance(act, float):
                    await asyncio.sleep(act)
                elif act is None:
                    await self._fall_silent()
                else:
                    self.counts.received += 1
                    yield self._event(act)
        finally:
            self.state = ENDED
            self.closed += 1

    async def is_alive(self) -> bool | None:
        return self.alive

    async def _fall_silent(self) -> None:
        while self.noise_s is not None:
            await asyncio.sleep(self.noise_s)
            self.counts.received += 1
        await asyncio.Event().wait()

    def _event(self, act: str | EventKind) -> LiveEvent:
        number = f"{len(self.began_s)}-{self.counts.received}"
        if isinstance(act, EventKind):
            return LiveEvent(act, number, EPOCH)
        return LiveEvent(EventKind.COMMENT, number, EPOCH, text=act)


@dataclass
class FakeSignBudget:
    """A `SignBudget` that lets `allowed` requests pass, and further ones `refill_s` after each refusal."""

    allowed: int = 1_000_000
    refill_s: float = 12.0
    taken: list[str] = field(default_factory=list)

    async def take(self, tenant: str) -> float:
        if self.allowed == 0:
            self.allowed = 1
            return self.refill_s
        self.allowed -= 1
        self.taken.append(tenant)
        return 0.0
