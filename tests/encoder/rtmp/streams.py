"""What the tests of the publisher share: small streams, and a publisher that runs beside the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from encoder import flv
from encoder.flv import FlvKind, FlvTag
from encoder.rtmp.address import StreamKey, read_address
from encoder.rtmp.dialing import DialOptions
from encoder.rtmp.publisher import Publisher, PublisherOptions, PublisherState
from tests.fakes.rtmp_server import KEY, FakeRtmpServer
from tests.patience import PATIENCE_S

LOCAL = DialOptions(allows_loopback=True, timeout_s=PATIENCE_S)
QUICK = PublisherOptions(dial=LOCAL, retries_s=(0.01,), give_up_s=PATIENCE_S)
CONFIGURATIONS = (
    flv.metadata({"width": 720, "height": 1280}),
    flv.audio_configuration(b"\x11\x90"),
    flv.video_configuration(b"\x01\x64\x00\x1f\xff\xe1"),
)


def picture(time_ms: int, *, is_key: bool = False, size: int = 200, is_reference: bool = True) -> FlvTag:
    header = 0x65 if is_key else 0x41 if is_reference else 0x01
    return flv.video_picture([bytes((header,)) + bytes(size)], time_ms, is_key=is_key)


def sound(time_ms: int) -> FlvTag:
    return flv.audio_frame(bytes(40), time_ms)


def second_of(start_ms: int) -> list[FlvTag]:
    """Return a second of the stream: a key picture, nine others, and audio before each."""
    tags = []
    for step in range(10):
        time_ms = start_ms + 100 * step
        tags += [sound(time_ms), picture(time_ms, is_key=step == 0)]
    return tags


class Running:
    """A publisher whose `run` goes on beside the test."""

    def __init__(self, url: str, options: PublisherOptions = QUICK, key: str = KEY) -> None:
        self.states: list[PublisherState] = []
        self._changed = asyncio.Event()
        self.publisher = Publisher(read_address(url), StreamKey(key), options=options, report=self._report)

    def send(self, *tags: FlvTag) -> None:
        for tag in tags:
            self.publisher.send(tag)

    async def reached(self, phase: str, times: int = 1) -> None:
        """Wait until the publisher was in a phase so often."""
        async with asyncio.timeout(PATIENCE_S):
            while sum(state.phase == phase for state in self.states) < times:
                self._changed.clear()
                await self._changed.wait()

    def _report(self, state: PublisherState) -> None:
        self.states.append(state)
        self._changed.set()


@asynccontextmanager
async def running(
    server: FakeRtmpServer, options: PublisherOptions = QUICK, key: str = KEY
) -> AsyncIterator[Running]:
    """Give a publisher that is publishing, and stop it afterwards."""
    run = Running(server.url, options, key)
    async with asyncio.TaskGroup() as group:
        group.create_task(run.publisher.run())
        await run.reached("publishing")
        try:
            yield run
        finally:
            run.publisher.stop()


def pictures(tags: list[FlvTag]) -> list[FlvTag]:
    return [tag for tag in tags if tag.kind is FlvKind.VIDEO and not tag.is_configuration]
