"""Caches clips, the mastered audio of lines, so that no line is paid for twice."""

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

MASTERING_VERSION = 1  # raise it when mastering changes how a line sounds
MOST_BYTES = 1_000_000  # of one clip; about twenty seconds
MEMORY_BYTES = 64 * 1024 * 1024
MOST_OFFERS = 32
HEADER = Struct(">I")  # the sample rate; PCM follows


class AudioStore(Protocol):
    """Stores clips by name, `<tenant>/<key>`. A `get` answers within about 50 ms."""

    async def get(self, name: str) -> bytes | None:
        """Return a clip; None when it is missing or does not come in time. Never raises."""

    async def put(self, name: str, audio: bytes) -> None:
        """Store a clip of at most `MOST_BYTES`; raise `StoreError`."""

    async def was_said(self, name: str) -> bool:
        """Record that a line was said; return whether it also was within the last day; raise `StoreError`."""


@dataclass(frozen=True, slots=True)
class ClipOffer:
    """A clip that was just spoken. `recurs`: its line is expected to be said again."""

    name: str
    audio: bytes
    recurs: bool


class AudioCache:
    """The clips of all lives of a worker: the last used in memory, the rest in the store.

    Only clips that `add_stored` named are looked for in the store, so that a new line waits for nothing.
    """

    def __init__(self, store: AudioStore, *, memory_bytes: int = MEMORY_BYTES) -> None:
        self.used: set[str] = set()  # clips, since the last time somebody stored their use
        self._store = store
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._memory_bytes = memory_bytes
        self._held_bytes = 0
        self._stored: set[str] = set()
        self._offers: asyncio.Queue[ClipOffer] = asyncio.Queue(MOST_OFFERS)

    def add_stored(self, names: Iterable[str]) -> None:
        """Add names of clips that are in the store. May be called from any thread."""
        self._stored.update(names)

    def __contains__(self, name: str) -> bool:
        return name in self._memory or name in self._stored

    async def get(self, name: str) -> bytes | None:
        """Return a clip's bytes; None when it is not cached or does not come in time."""
        audio = self._memory.get(name)
        if audio is None and name in self._stored:
            audio = await self._store.get(name)
            if audio is not None:
                self._hold(name, audio)
            else:
                self._stored.discard(name)  # it is spoken again, and may be stored again
        if audio is not None:
            self.used.add(name)
            self._memory.move_to_end(name)
        return audio

    def offer(self, offer: ClipOffer) -> None:
        """Queue a clip for `store_forever`; drop it when it is known, too long, or the queue is full."""
        if offer.name in self or len(offer.audio) > MOST_BYTES or self._offers.full():
            return
        self._offers.put_nowait(offer)

    async def store_forever(self) -> None:
        """Store offered clips, until cancelled."""
        while True:
            try:
                await self._store_if_recurring(await self._offers.get())
            except StoreError as error:
                logger.warning("clip not stored: %s", error)

    async def store_offered(self) -> int:
        """Store the clips offered so far; return how many were stored; raise `StoreError`."""
        stored = 0
        while not self._offers.empty():
            stored += await self._store_if_recurring(self._offers.get_nowait())
        return stored

    async def _store_if_recurring(self, offer: ClipOffer) -> bool:
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
    """One voice's clips in the cache. `key_parts`: its settings that change the sound."""

    def __init__(self, cache: AudioCache, *, tenant: str, key_parts: Iterable[str]) -> None:
        self._cache = cache
        self._tenant = tenant
        self._key_parts = tuple(key_parts)

    def has(self, line: str, gain_db: float) -> bool:
        """Return whether a normalized line is cached at a gain, as far as is known."""
        return any(name in self._cache for name in self._names(line, gain_db))

    async def get(self, line: str, gain_db: float) -> AudioChunk | None:
        """Return a line's whole audio; None when it is not cached."""
        names = self._names(line, gain_db)
        audio = await self._cache.get(next((name for name in names if name in self._cache), names[0]))
        if audio is None or len(audio) <= HEADER.size or (len(audio) - HEADER.size) % BYTES_PER_SAMPLE:
            return None
        return AudioChunk(audio[HEADER.size :], *HEADER.unpack_from(audio))

    def offer(self, line: str, gain_db: float, said: AudioChunk, *, recurs: bool) -> None:
        """Offer a line that was spoken to its end."""
        audio = HEADER.pack(said.sample_rate_hz) + said.pcm
        self._cache.offer(ClipOffer(self._name(line, round(gain_db)), audio, recurs))

    def _names(self, line: str, gain_db: float) -> list[str]:
        """Return the names of the clips that are less than one decibel from the gain.

        The gain moves a little with each line that is measured. One decibel is not audible.
        """
        return [self._name(line, whole) for whole in dict.fromkeys((floor(gain_db), ceil(gain_db)))]

    def _name(self, line: str, gain_db: int) -> str:
        parts = "\x1f".join((self._tenant, *self._key_parts, line, str(gain_db), str(MASTERING_VERSION)))
        return f"{self._tenant}/{hashlib.sha256(parts.encode(errors='replace')).hexdigest()}"
