"""A live's stream: it begins with the live, survives what fails, and ends with the card."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest

from encoder.broadcast.broadcast import Broadcast
from encoder.broadcast.report import StreamReport
from encoder.broadcast.setup import Destination, StreamContent, StreamUnready, UnreadyReason
from encoder.flv import FlvKind
from encoder.looping.preparation import LoopOptions, make_loop
from encoder.looping.video import LoopVideo
from encoder.rtmp.address import StreamKey, read_address
from speech.stage.audio import AudioChunk
from tests.encoder.rtmp.streams import LOCAL
from tests.fakes.rtmp_server import KEY, Behaviour, FakeRtmpServer, Recording
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]

OPTIONS = LoopOptions(width=144, height=256, seconds=2, preset="veryfast", video_kbit_s=300)


@pytest.fixture(scope="module")
def content() -> StreamContent:
    async def make() -> StreamContent:
        card = await make_loop(replace(OPTIONS, title="Soon"))
        return StreamContent(await make_loop(OPTIONS), card, video_kbit_s=300)

    return asyncio.run(make())


class FakeSetup:
    """A setup whose destination a test changes."""

    def __init__(self, content: StreamContent, url: str, key: str = KEY) -> None:
        self._content, self.url, self.key = content, url, key
        self.resumes = False
        self.unready: UnreadyReason | None = None

    async def destination(self) -> Destination:
        if self.unready is not None:
            raise StreamUnready(self.unready)
        return Destination(read_address(self.url), StreamKey(self.key), LOCAL, resumes=self.resumes)

    async def content(self) -> StreamContent:
        return self._content


class StoredReports:
    """Keeps what other processes would see."""

    def __init__(self) -> None:
        self.reports: list[StreamReport] = []
        self.previews: list[bytes] = []

    async def store(self, report: StreamReport) -> None:
        self.reports.append(report)

    async def store_preview(self, jpeg: bytes) -> None:
        self.previews.append(jpeg)


class Streamed:
    """A broadcast beside a live that a test ends."""

    def __init__(self, setup: FakeSetup, **options: object) -> None:
        self.reports: list[StreamReport] = []
        self.heard: list[tuple[UUID, bool]] = []
        self.stored = StoredReports()
        self.ending = asyncio.Event()
        self.broadcast = Broadcast(
            setup,
            report=self.reports.append,
            heard=lambda utterance_id, ended: self.heard.append((utterance_id, ended)),
            reports=self.stored,
            card_s=0.5,
            **options,  # type: ignore[arg-type]
        )

    async def live(self) -> str:
        await self.ending.wait()
        return "stopped"

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if holds():
                    return
                await asyncio.sleep(POLL_S)

    async def reached(self, phase: str, fault: str = "") -> None:
        await self.until(
            lambda: any((report["phase"], report["fault"]) == (phase, fault) for report in self.reports)
        )


@asynccontextmanager
async def carrying(streamed: Streamed) -> AsyncIterator[Streamed]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(streamed.broadcast.carry(streamed.live))
        try:
            yield streamed
        finally:
            streamed.ending.set()
        assert await task == "stopped"


def pictures_of(recording: Recording) -> list[bytes]:
    return [tag.payload for tag in recording.tags if tag.kind is FlvKind.VIDEO and not tag.is_configuration]


def loud(seconds: float) -> AudioChunk:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(24_000 * seconds)) / 24_000)
    return AudioChunk((wave * 32767).astype("<i2").tobytes(), 24_000)


async def test_a_live_is_streamed_with_its_voice_until_the_card(content: StreamContent) -> None:
    said = uuid4()
    async with FakeRtmpServer() as server:
        async with carrying(Streamed(FakeSetup(content, server.url))) as streamed:
            await streamed.reached("publishing")
            await streamed.broadcast.sink.begin(said, "Ciao!", first=loud(0.2))
            await streamed.broadcast.sink.end(said, 200)
            await streamed.until(lambda: len(streamed.heard) == 2)
            recording = await server.arrived(200)
        assert isinstance(content.pictures, LoopVideo)
        assert isinstance(content.card, LoopVideo)
        await server.commanded(recording, "deleteStream")
    assert streamed.heard == [(said, False), (said, True)]
    assert content.card.pictures[0].payload in pictures_of(recording), "the card ends the stream"
    assert [report["phase"] for report in streamed.reports if report["phase"] != "publishing"][-2:] == [
        "closing", "ended",
    ]  # fmt: skip
    times = [tag.time_ms for tag in recording.tags]
    assert times == sorted(times)
    assert recording.key == KEY


async def test_a_live_that_moves_to_another_worker_ends_its_stream_without_a_card(
    content: StreamContent,
) -> None:
    async with FakeRtmpServer() as server:
        streamed = Streamed(FakeSetup(content, server.url))
        async with asyncio.TaskGroup() as group:
            task = group.create_task(streamed.broadcast.carry(streamed.live))
            await streamed.reached("publishing")
            recording = await server.arrived(40)
            task.cancel()
        await server.commanded(recording, "deleteStream")
        assert isinstance(content.card, LoopVideo)
        assert content.card.pictures[0].payload not in pictures_of(recording)
        server.behaviour = Behaviour(publish_status="NetStream.Publish.BadName")
        setup = FakeSetup(content, server.url)
        setup.resumes = True
        async with carrying(Streamed(setup)) as next_worker:
            await next_worker.reached("held_by_server", "bad_name")
            server.behaviour = Behaviour()
            await next_worker.reached("publishing")


async def test_a_refused_key_is_said_and_another_key_repairs_it_while_the_live_goes_on(
    content: StreamContent,
) -> None:
    async with FakeRtmpServer() as server:
        server.behaviour = Behaviour(publish_status="NetStream.Publish.BadName")
        setup = FakeSetup(content, server.url)
        async with carrying(Streamed(setup)) as streamed:
            await streamed.reached("failed", "bad_name")
            server.behaviour = Behaviour()
            setup.key = "another-key"
            streamed.broadcast.renew()
            await streamed.reached("publishing")
            assert (await server.arrived(20)).key == "another-key"
            setup.key = "third-key"
            streamed.broadcast.renew()
            await streamed.until(lambda: server.recordings[-1].key == "third-key")


async def test_a_live_without_a_stored_key_goes_on_and_streams_once_there_is_one(
    content: StreamContent,
) -> None:
    async with FakeRtmpServer() as server:
        setup = FakeSetup(content, server.url)
        setup.unready = UnreadyReason.NO_KEY
        async with carrying(Streamed(setup)) as streamed:
            await streamed.reached("failed", "no_key")
            setup.unready = None
            streamed.broadcast.renew()
            await streamed.reached("publishing")


async def test_a_stream_without_credit_ends_and_its_live_goes_on(content: StreamContent) -> None:
    credit = [True]
    async with FakeRtmpServer() as server:
        setup = FakeSetup(content, server.url)
        async with carrying(Streamed(setup, may_go_on=lambda: credit[0])) as streamed:
            await streamed.reached("publishing")
            recording = await server.arrived(20)
            credit[0] = False
            await streamed.reached("failed", "used_up")
            await server.commanded(recording, "deleteStream")


async def test_what_fails_in_a_live_is_raised_as_it_is_and_ends_the_stream(content: StreamContent) -> None:
    async def fail() -> str:
        await asyncio.sleep(0)
        raise LookupError("the live")

    async with FakeRtmpServer() as server:
        streamed = Streamed(FakeSetup(content, server.url))
        with pytest.raises(LookupError, match="the live"):
            await streamed.broadcast.carry(fail)
    assert streamed.reports[-1]["phase"] == "ended"


async def test_the_figures_and_a_still_are_stored_while_somebody_watches(content: StreamContent) -> None:
    async with FakeRtmpServer() as server, carrying(Streamed(FakeSetup(content, server.url))) as streamed:
        streamed.broadcast.watch()
        await streamed.until(lambda: streamed.stored.previews)
        await streamed.until(lambda: streamed.stored.reports[-1]["kbit_s"] > 100)
    assert streamed.stored.previews[0].startswith(b"\xff\xd8\xff"), "a JPEG"
    report = streamed.stored.reports[-1]
    assert (report["mode"], report["reconnects"], report["is_behind"]) == ("loop", 0, False)


async def test_a_muted_or_cut_voice_is_silent_at_once_and_is_not_reported_as_heard(
    content: StreamContent,
) -> None:
    streamed = Streamed(FakeSetup(content, "rtmp://localhost/live"))
    sink = streamed.broadcast.sink
    voice = streamed.broadcast._voice
    act: list[Callable[[], Awaitable[None]]] = [
        lambda: sink.cut(None),
        lambda: sink.set_muted(True),
        lambda: sink.set_live(False),
    ]
    for silence in act:
        said = uuid4()
        await sink.set_muted(False)
        await sink.begin(said, "Ciao!", first=loud(0.2))
        await sink.end(said, 200)
        assert voice.queued > 5_000
        await silence()
        assert voice.queued <= 240, "but for a fade of 5 ms"
        await sink.audio(said, 1, loud(0.2))
        assert voice.queued <= 240, "what comes later is dropped"
        assert sink._ends == {}
