"""Measures the way from a reply's text to the first audio frame on the overlay's socket, by voice."""

import asyncio
import statistics
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.conf import settings
from django.test.utils import override_settings
from django_scopes import scope
from websockets.asyncio.client import ClientConnection, connect

from bench.environment import (
    START_TIMEOUT_S,
    free_port,
    running_process,
    running_server,
    temporary_tenant,
    wait_for_port,
)
from bench.report import BenchError, Target, reported
from livesessions.models.shows import Show
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.reply.generation import Generation
from livesessions.pipeline.reply.playback_tracker import PlaybackTracker
from livesessions.pipeline.reply.utterance import Utterance
from livesessions.shows.services.shows import create_show
from overlay.publisher import OverlayPublisher
from providers.redis import async_redis
from speech.models import VoiceProfile
from speech.runtime.synthesizers import open_synthesizer, open_synthesizers
from speech.runtime.voice_pool import VoicePool
from speech.services.voices import EMBEDDED, Provider
from speech.stage.chain import VoiceChain
from speech.stage.sound.loudness import Loudness
from speech.stage.sound.mastering import Mastering
from speech.stage.sound.sound_thread import SoundThread
from speech.storage import AudioObjectStore
from tenants.threads import in_thread

FIRST_BYTE_S = 0.15
TARGETS = (
    Target("pico.p95_ms", at_most=25.0, scaled=True),
    Target("overhead_p95_ms", at_most=20.0, scaled=True),
    Target("cached.p95_ms", at_most=15.0, scaled=True),
)
LINES = 40
WARM_UP = 5
LINE = "Questa è la frase numero {}, detta perché si possa misurare, senza che nessuno la ascolti davvero."
CACHED_LINE = "Benvenuti a tutti nella diretta di questa sera, scrivetemi da dove ci seguite."
PROVIDERS = (Provider.ELEVENLABS, Provider.OPENAI, Provider.AZURE)
WEBSOCKET = "elevenlabs_websocket"
MASTERED_S = 20.0


@dataclass(frozen=True, slots=True)
class Ear:
    """A page's socket and the publisher that sends to it."""

    socket: ClientConnection
    publisher: OverlayPublisher

    async def first_frame_of(self, utterance_id: UUID) -> float:
        """Return when the first audio frame of an utterance arrives."""
        async with asyncio.timeout(10.0):
            while True:
                frame = await self.socket.recv()
                if isinstance(frame, bytes) and frame[1:17] == utterance_id.bytes:
                    return time.perf_counter()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.voice", description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES, help="of each voice; 40 take about a minute")
    lines = parser.parse_args(arguments).lines
    if lines < 2:
        raise BenchError("Two lines at least are needed to measure anything.")
    with reported(TARGETS) as figures:
        figures |= _figures(measure(lines))


def measure(lines: int) -> dict[str, list[float]]:
    """Return how long each line took to its first audio frame, in ms, by voice."""
    voice_port, web_port = free_port(), free_port()
    with ExitStack() as stack:
        tenant = stack.enter_context(temporary_tenant())
        stack.enter_context(running_process("-m", "tests.fakes.voice_server", "--port", str(voice_port)))
        stack.enter_context(running_server(web_port))
        stack.enter_context(_services_at(f"http://127.0.0.1:{voice_port}"))
        with scope(tenant=tenant):
            show = create_show(tenant=tenant, name="Bench", language="it")
            profiles = {provider: _profile(show, provider) for provider in (*PROVIDERS, *EMBEDDED)}
        wait_for_port(voice_port)
        return asyncio.run(_measure(show, profiles, web_port, lines))


def _services_at(url: str) -> override_settings:
    return override_settings(
        ELEVENLABS_API_KEY="bench",
        ELEVENLABS_BASE_URL=url,
        OPENAI_API_KEY="bench",
        OPENAI_BASE_URL=f"{url}/v1",
        AZURE_SPEECH_KEY="bench",
        AZURE_SPEECH_BASE_URL=url,
        STORAGES={
            **settings.STORAGES,
            "lines": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        },
    )


def _profile(show: Show, provider: Provider) -> VoiceProfile:
    profile: VoiceProfile = VoiceProfile.objects.create(
        tenant=show.tenant,
        name=str(provider.label),
        provider=provider,
        voice_id="" if provider in EMBEDDED else "bench",
        language="it",
        loudness_lufs=-20.0,
        loudness_heard_s=600.0,
    )
    return profile


async def _measure(
    show: Show, profiles: dict[Provider, VoiceProfile], port: int, lines: int
) -> dict[str, list[float]]:
    latencies_ms: dict[str, list[float]] = {}
    async with AsyncExitStack() as stack:
        store = AudioObjectStore()
        stack.callback(store.close)
        sound_thread = SoundThread()
        stack.callback(sound_thread.close)
        rack = VoicePool(await open_synthesizers(stack), store=store, sound_thread=sound_thread)
        ear = await stack.enter_async_context(_listening(show, port))
        for provider, profile in profiles.items():
            chain = await in_thread(rack.chain_for, profile)
            latencies_ms[provider.value] = await _say_often(ear, chain, LINE.format, lines)
            await rack.store_offered_clips()  # there is no worker that would
        latencies_ms[WEBSOCKET] = await _over_websocket(stack, ear, profiles[Provider.ELEVENLABS], lines)
        chain = await in_thread(rack.chain_for, profiles[Provider.ELEVENLABS])
        await _say(ear, chain, CACHED_LINE, recurs=True)
        await rack.store_offered_clips()
        latencies_ms["cached"] = await _say_often(ear, chain, lambda _: CACHED_LINE, lines)
    return latencies_ms


async def _over_websocket(stack: AsyncExitStack, ear: Ear, profile: VoiceProfile, lines: int) -> list[float]:
    """Say the lines in ElevenLabs' other way; without a store, for they have been said before."""
    with override_settings(ELEVENLABS_TRANSPORT="websocket"):
        opened = await open_synthesizer(stack, Provider.ELEVENLABS)
    chain = await in_thread(VoicePool({Provider.ELEVENLABS: opened}).chain_for, profile)
    return await _say_often(ear, chain, LINE.format, lines)


@asynccontextmanager
async def _listening(show: Show, port: int) -> AsyncIterator[Ear]:
    address = f"ws://127.0.0.1:{port}/ws/overlay/{show.overlay.token}/"
    async with connect(address, max_queue=None, open_timeout=START_TIMEOUT_S) as socket:
        yield Ear(socket, OverlayPublisher(show.overlay.id, redis=async_redis()))


async def _say_often(ear: Ear, chain: VoiceChain, line: Callable[[int], str], lines: int) -> list[float]:
    measured = [await _say(ear, chain, line(number)) for number in range(lines + WARM_UP)]
    return measured[WARM_UP:]


async def _say(ear: Ear, chain: VoiceChain, text: str, *, recurs: bool = False) -> float:
    """Say a line to its end as a reply does; return how long its first frame took, in milliseconds."""
    record = ReplyRecord("comment", None, datetime.now(UTC), 0)
    playback = PlaybackTracker(time.monotonic)
    utterance = Utterance(
        record,
        voice=chain,
        sinks=[ear.publisher],
        generation=Generation(),
        playback=playback,
        on_first_audio=playback.first_audio_sent,
        is_fresh=lambda: True,
    )
    begun = time.perf_counter()
    async with utterance:
        first, _ = await asyncio.gather(ear.first_frame_of(record.id), utterance.say(text, recurs=recurs))
        await utterance.finish()
    return (first - begun) * 1000


def _figures(latencies_ms: dict[str, list[float]]) -> dict[str, Any]:
    figures: dict[str, Any] = {name: _distribution(taken) for name, taken in latencies_ms.items()}
    overheads = []
    for name in (*(provider.value for provider in PROVIDERS), WEBSOCKET):
        overhead = round(figures[name]["p95_ms"] - FIRST_BYTE_S * 1000, 2)
        figures[name]["overhead_p95_ms"] = overhead
        overheads.append(overhead)
    return {
        **figures,
        "overhead_p95_ms": max(overheads),
        "mastering_ms_per_s": round(_mastering_ms_per_s(), 2),
    }


def _distribution(taken_ms: list[float]) -> dict[str, float]:
    return {
        "lines": len(taken_ms),
        "p50_ms": round(statistics.median(taken_ms), 2),
        "p95_ms": round(statistics.quantiles(taken_ms, n=20)[-1], 2),
        "max_ms": round(max(taken_ms), 2),
    }


def _mastering_ms_per_s() -> float:
    """Return how many ms of CPU time a second of speech takes to master."""
    rng = np.random.default_rng(1)
    pcm = (rng.normal(0, 3_000, round(MASTERED_S * 24_000))).astype("<i2").tobytes()
    known = Loudness(-20.0, 600.0)
    begun = time.process_time()
    mastering = Mastering(24_000, gain_db=-16.0 - known.lufs)
    for start in range(0, len(pcm), 4_800):
        mastering.feed(pcm[start : start + 4_800])
    mastering.finish()
    assert mastering.loudness is not None  # noqa: S101 - it is part of what is measured
    return (time.process_time() - begun) * 1000 / MASTERED_S


if __name__ == "__main__":
    main()
