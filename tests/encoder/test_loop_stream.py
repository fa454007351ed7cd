"""A prepared loop and the mixed sound, streamed to a server: what arrived is looked at and listened to."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from encoder import flv, h264
from encoder.broadcast.feed import StreamFeed
from encoder.ffmpeg import run_ffmpeg
from encoder.flv import FlvKind, FlvTag
from encoder.looping.preparation import LoopOptions, draw_badge, make_loop
from encoder.looping.video import LoopVideo
from encoder.mixer.buses import MusicBus, VoiceBus
from encoder.mixer.mixer import Mixer
from encoder.rtmp.publisher import PublisherOptions
from speech.stage.audio import AudioChunk
from tests.encoder.rtmp.streams import LOCAL, Running
from tests.fakes.nginx_rtmp import HOW, NginxRtmp, find_nginx, run_nginx
from tests.fakes.rtmp_server import FakeRtmpServer
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]

KEY = "stream-42?expire=1900000000&sign=Canary7f3a91"
needs_nginx = pytest.mark.skipif(find_nginx() is None, reason=HOW)
NS = 1_000_000_000


@pytest.fixture(scope="module")
def loop() -> LoopVideo:
    options = LoopOptions(seconds=2, preset="veryfast")
    return asyncio.run(make_loop(options))


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[NginxRtmp]:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        port, http_port = first.getsockname()[1], second.getsockname()[1]
    with run_nginx(tmp_path, port=port, http_port=http_port, key="stream-42") as server:
        yield server


class VirtualClock:
    """A clock that moves only when somebody waits: ten seconds are streamed in one."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns

    async def sleep(self, seconds: float) -> None:
        self.now_ns += max(1, round(seconds * NS))
        await asyncio.sleep(0)


def music() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return (0.1 * np.random.default_rng(5).standard_normal((96_000, 2))).astype(np.float32)


def speech(seconds: float) -> AudioChunk:
    wave = 0.3 * np.sin(2 * np.pi * 220 * np.arange(round(48_000 * seconds)) / 48_000)
    return AudioChunk((wave * 32767).astype("<i2").tobytes(), 48_000)


@asynccontextmanager
async def streaming(
    url: str, loop: LoopVideo, mixer: Mixer, options: PublisherOptions, clock: VirtualClock | None
) -> AsyncIterator[Running]:
    run = Running(url, options, KEY)
    timing = {"now_ns": clock, "sleep": clock.sleep} if clock else {}
    async with asyncio.TaskGroup() as group:
        group.create_task(run.publisher.run())
        await run.reached("publishing")
        task = group.create_task(StreamFeed(run.publisher, loop, mixer, **timing).run())  # type: ignore[arg-type]
        try:
            yield run
        finally:
            task.cancel()
            run.publisher.stop()


async def decode(data: bytes, *output: str) -> bytes:
    """Return what ffmpeg makes of a recording."""
    async with (
        run_ffmpeg(["-f", "flv", "-i", "pipe:0", *output, "pipe:1"]) as child,
        asyncio.TaskGroup() as group,
    ):

        async def feed() -> None:
            await child.write(data)
            child.close_input()

        task = group.create_task(feed())
        pieces = []
        while piece := await child.read():
            pieces.append(piece)
        task.cancel()
    return b"".join(pieces)


def times(tags: list[FlvTag], kind: FlvKind) -> list[int]:
    return [tag.time_ms for tag in tags if tag.kind is kind and not tag.is_configuration]


async def until_recorded(server: NginxRtmp, *, last_ms: int) -> list[FlvTag]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = server.recordings()
            tags = flv.read_file(found[-1]) if found else []
            if tags and tags[-1].time_ms >= last_ms:
                return tags
            await asyncio.sleep(POLL_S)


@needs_nginx
async def test_picture_badge_voice_and_ducked_music_arrive_at_nginx(
    nginx: NginxRtmp, loop: LoopVideo
) -> None:
    voice = VoiceBus()
    mixer = Mixer(voice, MusicBus(music()))
    clock = VirtualClock()
    clock_sleep = clock.sleep

    async def sleep(seconds: float) -> None:
        if 3 * NS <= clock.now_ns < 3.05 * NS and not voice.queued:
            voice.write(speech(2.0))
        await clock_sleep(seconds)

    clock.sleep = sleep  # type: ignore[method-assign]
    options = PublisherOptions(dial=LOCAL, first_timestamp_ms=16_770_000)
    async with streaming(nginx.url, loop, mixer, options, clock):
        tags = await until_recorded(nginx, last_ms=9_000)
    pictures = [tag for tag in tags if tag.kind is FlvKind.VIDEO and not tag.is_configuration]
    (config,) = [tag for tag in tags if tag.kind is FlvKind.VIDEO and tag.is_configuration]
    size = h264.read_sequence_set(h264.parameter_sets(config.picture)[0])
    assert (size.width, size.height, size.profile_name) == (720, 1280, "High")
    keys = [tag.time_ms for tag in pictures if tag.is_key]
    assert {later - earlier for earlier, later in pairwise(keys[1:])} <= {1_999, 2_000, 2_001}
    assert keys[1] - keys[0] <= 2_000
    heard, shown = times(tags, FlvKind.AUDIO), times(tags, FlvKind.VIDEO)
    assert heard == sorted(heard)
    assert shown == sorted(shown)
    assert abs(heard[-1] - shown[-1]) <= 40
    assert 29 <= len(shown) / (shown[-1] - shown[0]) * 1000 <= 31
    recording = nginx.recordings()[-1]
    await assert_badge(recording)
    await assert_levels(recording)


async def assert_badge(recording: bytes) -> None:
    raw = await decode(recording, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24")
    frame = np.frombuffer(raw, dtype=np.uint8).reshape(1280, 720, 3)
    badge = np.asarray(draw_badge("Virtual Host · AI", 720)).astype(int)
    place = frame[60 : 60 + badge.shape[0], 30 : 30 + badge.shape[1]].mean(axis=2)
    letters, ground = badge[..., 0] > 250, (badge[..., 3] == 200) & (badge[..., 0] < 20)
    assert place[letters].mean() > 170
    assert place[ground].mean() < 70


def spectrum(part: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Any:
    """Return the level of each frequency."""
    return np.abs(np.fft.rfft(part * np.hanning(part.size)))


async def assert_levels(recording: bytes) -> None:
    pcm = await decode(recording, "-vn", "-f", "s16le", "-ac", "1", "-ar", "48000")
    sound = np.frombuffer(pcm, dtype="<i2").astype(float) / 32768
    alone, spoken = sound[48_000:96_000], sound[48_000 * 7 // 2 : 48_000 * 9 // 2]
    high = slice(4_000, 12_000)  # in Hz: music only, a second has one bin a hertz
    ducked_db = 20 * np.log10(spectrum(spoken)[high].mean() / spectrum(alone)[high].mean())
    assert ducked_db == pytest.approx(-12, abs=1.5)
    voice = spectrum(spoken)
    assert 215 <= int(voice.argmax()) <= 225, "the voice is what is heard most"


@needs_nginx
async def test_a_killed_server_gets_pictures_again_and_a_frozen_one_is_noticed(
    nginx: NginxRtmp, loop: LoopVideo
) -> None:
    async with streaming(
        nginx.url, loop, Mixer(VoiceBus(), MusicBus()), PublisherOptions(dial=LOCAL), None
    ) as run:
        await until_recorded(nginx, last_ms=500)
        nginx.kill()
        await run.reached("reconnecting", times=2)
        nginx.start()
        began_s = time.monotonic()
        await run.reached("publishing", times=2)
        tags = await until_recorded(nginx, last_ms=300)
        assert time.monotonic() - began_s < PATIENCE_S
        assert next(tag for tag in tags if tag.kind is FlvKind.VIDEO and not tag.is_configuration).is_key
        nginx.freeze()
        await run.reached("reconnecting", times=1 + sum(each.phase == "reconnecting" for each in run.states))
        assert run.states[-1].fault == "stalled"


async def test_the_clock_passes_4_hours_39_minutes_in_the_middle_of_a_stream(loop: LoopVideo) -> None:
    options = PublisherOptions(dial=LOCAL, first_timestamp_ms=16_770_000)
    async with FakeRtmpServer() as server:
        mixer = Mixer(VoiceBus(), MusicBus())
        async with streaming(server.url, loop, mixer, options, VirtualClock()):
            recording = await server.arrived(900)
    kinds = [tag.kind for tag in recording.tags if tag.kind is not FlvKind.METADATA]
    assert kinds[0] is FlvKind.VIDEO, "configurations first"
    stamps = [tag.time_ms for tag in recording.tags]
    assert stamps[0] == 16_770_000
    assert stamps[-1] > 2**24
    assert stamps == sorted(stamps)


async def test_the_key_is_in_no_command_line(loop: LoopVideo) -> None:
    async with FakeRtmpServer() as server:
        mixer = Mixer(VoiceBus(), MusicBus())
        async with streaming(server.url, loop, mixer, PublisherOptions(dial=LOCAL), None):
            await server.arrived(20)
            lines = [read_command(pid) for pid in os.listdir("/proc") if pid.isdecimal()]  # noqa: PTH208
    assert any(b"adts" in line for line in lines), "the encoder ran meanwhile"
    assert not [line for line in lines if b"Canary7f3a91" in line]


def read_command(pid: str) -> bytes:
    try:
        return Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return b""
