"""Attacks the pages with large requests while an overlay plays; measures its frames, pages and memory."""

import asyncio
import statistics
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from typing import Any, Final
from uuid import UUID, uuid4

from django_scopes import scope
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from bench import flood
from bench.environment import free_port, running_server, temporary_tenant
from bench.flood import ATTACKS, PAGE
from bench.playback import tree_rss_mb
from bench.report import Target, reported
from livesessions.shows.services.shows import create_show
from overlay.connection.wire import unpack_audio
from overlay.publisher import OverlayPublisher
from providers.redis import async_redis
from speech.stage.audio import AudioChunk

FRAME_S: Final = 0.02
RATE_HZ: Final = 24_000
FRAMES_AN_UTTERANCE: Final = 100
PAGE_EVERY_S: Final = 0.1
ATTACKERS: Final = 2  # processes, each with one request after the other
REFUSED: Final = ("form_10_mb", "multipart_10_mb", "chunked_10_mb", "form_300_mb", "many_fields_1_mb")
TARGETS = (
    *(Target(f"{name}.frame_late_ms", at_most=40.0) for name, attack in ATTACKS.items() if attack),
    *(Target(f"{name}.page_ms", at_most=500.0) for name, attack in ATTACKS.items() if attack),
    *(Target(f"{name}.grown_mb", at_most=30.0) for name in REFUSED),
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each attack")
    seconds = parser.parse_args(arguments).seconds
    with reported(TARGETS) as figures:
        figures |= measure(seconds)


def measure(seconds: float) -> dict[str, Any]:
    with ExitStack() as stack:
        tenant, port = stack.enter_context(temporary_tenant()), free_port()
        server = stack.enter_context(running_server(port))
        with scope(tenant=tenant):
            overlay = create_show(tenant=tenant, name="Bench", language="it").overlay
        listener = Listener(port, overlay.token)
        return {
            kind: asyncio.run(_measure(listener, overlay.id, server.pid, kind, port, seconds))
            for kind in ATTACKS
        }


async def _measure(
    listener: "Listener", overlay_id: UUID, server: int, kind: str, port: int, seconds: float
) -> dict[str, float]:
    """Talk to the overlay and ask for pages, first in peace for a second, then under attack."""
    with listener.listening(), PageClock(port) as pages:
        await talk(overlay_id, 1.0, listener)
        before_mb = tree_rss_mb(server)
        with attackers(kind, port):
            pages.clear()
            listener.clear()
            await talk(overlay_id, seconds, listener)
            grown_mb = tree_rss_mb(server) - before_mb
    return {
        "frames": len(listener.late_ms),
        "frame_late_ms": round(max(listener.late_ms, default=float("inf")), 1),
        "frame_late_p50_ms": round(statistics.median(listener.late_ms or [float("inf")]), 1),
        "page_ms": round(max(pages.took_ms, default=float("inf")), 1),
        "grown_mb": round(grown_mb, 1),
    }


@contextmanager
def attackers(kind: str, port: int) -> Iterator[None]:
    """Run `ATTACKERS` processes that attack; the first requests are on their way."""
    command = [sys.executable, flood.__file__, kind, str(port)]
    count = 0 if ATTACKS[kind] is None else ATTACKERS
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]
    try:
        for process in processes:
            (process.stdout or sys.stdin.buffer).readline()
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()


async def talk(overlay_id: UUID, seconds: float, listener: "Listener") -> None:
    """Publish a frame of audio every `FRAME_S`, as a host does that never stops."""
    publisher = OverlayPublisher(overlay_id, redis=async_redis())
    chunk = AudioChunk(bytes(int(RATE_HZ * FRAME_S) * 2), RATE_HZ)
    began_s, frames = time.perf_counter(), 0
    while frames * FRAME_S < seconds:
        utterance = uuid4()
        await publisher.begin(utterance, "Ciao")
        for sequence in range(FRAMES_AN_UTTERANCE):
            await asyncio.sleep(max(0.0, began_s + frames * FRAME_S - time.perf_counter()))
            listener.sent[utterance, sequence] = time.perf_counter()
            await publisher.audio(utterance, sequence, chunk)
            frames += 1
        await publisher.end(utterance, round(1000 * FRAMES_AN_UTTERANCE * FRAME_S))
    await asyncio.sleep(0.5)  # the last frames are on their way


class Listener:
    """An overlay's page: notes how late each frame arrives after it was published."""

    def __init__(self, port: int, token: str) -> None:
        self._address = f"ws://127.0.0.1:{port}/ws/overlay/{token}/?version=2"
        self.sent: dict[tuple[UUID, int], float] = {}
        self.late_ms: list[float] = []

    def clear(self) -> None:
        self.late_ms.clear()

    @contextmanager
    def listening(self) -> Iterator[None]:
        with connect(self._address) as overlay:
            reader = threading.Thread(target=self._read, args=[overlay.recv])
            reader.start()
            try:
                yield
            finally:
                overlay.close()
                reader.join()

    def _read(self, receive: Callable[[], str | bytes]) -> None:
        with suppress(ConnectionClosed):
            while True:
                frame = receive()
                if isinstance(frame, bytes):
                    audio = unpack_audio(frame)
                    sent_s = self.sent.get((audio.utterance_id, audio.sequence))
                    if sent_s is not None:
                        self.late_ms.append(1000 * (time.perf_counter() - sent_s))


class PageClock:
    """Asks for a page again and again, and notes how long each answer took."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.took_ms: list[float] = []
        self._stopped = threading.Event()
        self._asking = threading.Thread(target=self._ask)

    def __enter__(self) -> "PageClock":
        self._asking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._asking.join()

    def clear(self) -> None:
        self.took_ms.clear()

    def _ask(self) -> None:
        while not self._stopped.wait(PAGE_EVERY_S):
            began_s = time.perf_counter()
            web = HTTPConnection("127.0.0.1", self._port, timeout=60)
            web.request("GET", PAGE)
            web.getresponse().read()
            web.close()
            self.took_ms.append(1000 * (time.perf_counter() - began_s))


if __name__ == "__main__":
    main()
