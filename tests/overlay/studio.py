"""A host's voice for tests that drive a browser: it publishes from an event loop of its own, in a thread."""

import asyncio
import math
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID, uuid4

from redis.asyncio import Redis

from overlay.publisher import OverlayPublisher
from speech.stage.audio import AudioChunk
from tests.patience import PATIENCE_S

T = TypeVar("T")

CHUNK_S = 0.2


def tone(duration_s: float, *, rate_hz: int = 24_000, frequency_hz: float = 440.0) -> Iterator[AudioChunk]:
    """Yield a sine at half of the loudest, in chunks; its phase runs on from chunk to chunk."""
    samples = [
        round(16_384 * math.sin(2 * math.pi * frequency_hz * n / rate_hz))
        for n in range(int(duration_s * rate_hz))
    ]
    step = int(CHUNK_S * rate_hz)
    for start in range(0, len(samples), step):
        part = samples[start : start + step]
        yield AudioChunk(struct.pack(f"<{len(part)}h", *part), rate_hz)


class Studio:
    """Publishes on one overlay."""

    def __init__(self, publisher: OverlayPublisher, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.publisher = publisher
        self._run = run

    def do(self, published: Awaitable[T]) -> T:
        """Wait for one of the publisher's methods, as in `studio.do(studio.publisher.cut())`."""

        async def wait() -> T:
            return await published

        result: T = self._run(wait())
        return result

    def say(self, text: str, duration_s: float, **kind_of_tone: Any) -> UUID:
        """Publish a whole utterance as fast as it goes."""
        utterance = uuid4()
        self.do(self.publisher.begin(utterance, text))
        self.sound(utterance, 0, tone(duration_s, **kind_of_tone))
        self.do(self.publisher.end(utterance, round(1000 * duration_s)))
        return utterance

    def sound(self, utterance: UUID, sequence: int, chunks: Iterator[AudioChunk]) -> int:
        """Publish chunks of an utterance; return the next sequence number."""
        for chunk in chunks:
            self.do(self.publisher.audio(utterance, sequence, chunk))
            sequence += 1
        return sequence


@contextmanager
def open_studio(
    overlay_id: UUID, redis_url: str, *, publisher: type[OverlayPublisher] = OverlayPublisher
) -> Iterator[Studio]:
    loop = asyncio.new_event_loop()

    def serve() -> None:
        loop.run_forever()
        loop.close()

    thread = threading.Thread(target=serve, name="studio")
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_S)

    redis = Redis.from_url(redis_url)
    try:
        yield Studio(publisher(overlay_id, redis=redis), run)
    finally:
        run(redis.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
