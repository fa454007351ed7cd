"""Lines that were paid for once: a line's name goes in, its audio as it was heard comes out, or nothing."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor
from struct import Struct
from typing import Protocol

from speech.errors import StoreError
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk

logger = logging.getLogger(__name__)

MASTERED_AS = 1  # counts up when the same text comes to sound different
MOST_BYTES = 1_000_000  # of one line; about twenty seconds
MEMORY_BYTES = 64 * 1024 * 1024
MOST_WAITING = 32
HEAD = Struct(">I")  # the sample rate; PCM follows


class AudioStore(Protocol):
    """Where audio lies by its name, `<tenant>/<key>`. It promises to answer a `get` within 50 ms or so."""

    async def get(self, name: str) -> bytes | None:
        """Return what lies there; None when nothing does, or not in time. Never raises."""

    async def put(self, name: str, audio: bytes) -> None:
        """Keep at most `MOST_BYTES`; raise `StoreError`."""

    async def was_said(self, name: str) -> bool:
        """Note that a line was said, and return whether it was within the last day; raise `StoreError`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A line that has just been said. `recurs`: it will be said again, as far as anybody knows."""

    name: str
    audio: bytes
    recurs: bool


class AudioCache:
    """What all lives of a worker keep of their voices: in memory what was used last, the rest in the store.

    What `expect` was not told of is not looked for, so that a line that is new waits for nothing.
    """

    def __init__(self, store: AudioStore, *, memory_bytes: int = MEMORY_BYTES) -> None:
        self.used: set[str] = set()  # since somebody has written it down
        self._store = store
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._memory_bytes = memory_bytes
        self._held_bytes = 0
        self._stored: set[str] = set()
        self._offers: asyncio.Queue[Offer] = asyncio.Queue(MOST_WAITING)

    def expect(self, names: Iterable[str]) -> None:
        """Note which lines lie in the store. May be called from any thread."""
        self._stored.update(names)

    def __contains__(self, name: str) -> bool:
        return name in self._memory or name in self._stored

    async def get(self, name: str) -> bytes | None:
        """Return a line's audio; None when it is not kept, or cannot be had in time."""
        audio = self._memory.get(name)
        if audio is None and name in self._stored:
            audio = await self._store.get(name)
            if audio is not None:
                self._hold(name, audio)
            else:
                self._stored.discard(name)  # it is spoken anew, and may be kept again
        if audio is not None:
            self.used.add(name)
            self._memory.move_to_end(name)
        return audio

    def offer(self, offer: Offer) -> None:
        """Take a line that was said, to be kept if it is worth it; never waits."""
        if offer.name in self or len(offer.audio) > MOST_BYTES or self._offers.full():
            return
        self._offers.put_nowait(offer)

    async def keep_forever(self) -> None:
        """Keep what was offered, until cancelled."""
        while True:
            try:
                await self._keep(await self._offers.get())
            except StoreError as error:
                logger.warning("line not kept: %s", error)

    async def keep_offered(self) -> int:
        """Keep what has been offered so far; return how many lines that were. Raises `StoreError`."""
        kept = 0
        while not self._offers.empty():
            kept += await self._keep(self._offers.get_nowait())
        return kept

    async def _keep(self, offer: Offer) -> bool:
        if not (offer.recurs or await self._store.was_said(offer.name)):
            return False
        self._hold(offer.name, offer.audio)
        await self._store.put(offer.name, offer.audio)
        self._stored.add(offer.name)
        return True

    def _hold(self, name: str, audio: bytes) -> None:
        self._held_bytes += len(audio) - len(self._memory.get(name, b""))
        self._memory[name] = audio
        self._memory.move_to_end(name)
        while self._held_bytes > self._memory_bytes:
            self._held_bytes -= len(self._memory.popitem(last=False)[1])


class CachedVoice:
    """One voice's lines in the cache. `told` is what makes them sound as they do, beside text and gain."""

    def __init__(self, cache: AudioCache, *, tenant: str, told: Iterable[str]) -> None:
        self._cache = cache
        self._tenant = tenant
        self._told = tuple(told)

    def has(self, line: str, gain_db: float) -> bool:
        """Return whether a line as it is read, at a gain, can be expected to be there."""
        return any(name in self._cache for name in self._names(line, gain_db))

    async def get(self, line: str, gain_db: float) -> AudioChunk | None:
        """Return the line whole; None when it was not kept."""
        names = self._names(line, gain_db)
        audio = await self._cache.get(next((name for name in names if name in self._cache), names[0]))
        if audio is None or len(audio) <= HEAD.size or (len(audio) - HEAD.size) % BYTES_PER_SAMPLE:
            return None
        return AudioChunk(audio[HEAD.size :], *HEAD.unpack_from(audio))

    def offer(self, line: str, gain_db: float, said: AudioChunk, *, recurs: bool) -> None:
        """Have a line kept that was said to its end."""
        audio = HEAD.pack(said.sample_rate_hz) + said.pcm
        self._cache.offer(Offer(self._name(line, round(gain_db)), audio, recurs))

    def _names(self, line: str, gain_db: float) -> list[str]:
        """The names under which a line may lie that is less than a decibel from the gain.

        What is learned about a voice moves its gain a little with each line; so much is not heard.
        """
        return [self._name(line, whole) for whole in dict.fromkeys((floor(gain_db), ceil(gain_db)))]

    def _name(self, line: str, gain_db: int) -> str:
        told = "\x1f".join((self._tenant, *self._told, line, str(gain_db), str(MASTERED_AS)))
        return f"{self._tenant}/{hashlib.sha256(told.encode(errors='replace')).hexdigest()}"
