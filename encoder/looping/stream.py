"""Streams a prepared video with the mixed sound. The sound's samples are the clock; pictures follow them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from encoder.aac import KBIT_S, AacEncoder, open_aac
from encoder.ffmpeg import FfmpegFailed
from encoder.looping.video import LoopVideo
from encoder.mixer.mixer import Mixer
from encoder.mixer.sample_clock import SampleClock
from encoder.rtmp.publisher import Publisher

logger = logging.getLogger(__name__)

# Frames of 20 ms that are made together: fewer turns of the event loop, and 40 ms more delay.
FRAMES_A_TURN = 2
NANOSECONDS = 1_000_000_000

Sleep = Callable[[float], Awaitable[None]]


class LoopStream:
    """Feeds a publisher with pictures and sound in real time. `run` goes on until it is cancelled.

    - A picture is sent between the sound before and the sound after it, so that no timestamp goes back.
    - An AAC child that dies is replaced; the sound that it held is lost, and the clock goes on.
    """

    def __init__(
        self,
        publisher: Publisher,
        loop: LoopVideo,
        mixer: Mixer,
        *,
        video_kbit_s: int = 2_500,
        now_ns: Callable[[], int] = time.monotonic_ns,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._publisher, self._loop, self._mixer = publisher, loop, mixer
        self._video_kbit_s = video_kbit_s
        self._now_ns, self._sleep = now_ns, sleep
        self._clock = SampleClock(now_ns())
        self._next_picture = 0

    async def run(self) -> None:
        """Stream until it is cancelled."""
        for tag in self._loop.first_tags(audio_kbit_s=KBIT_S, video_kbit_s=self._video_kbit_s):
            self._publisher.send(tag)
        while True:
            try:
                await self._encode()
            except* FfmpegFailed:
                logger.warning("AAC encoder ended, starting another")

    async def _encode(self) -> None:
        first_sample = self._clock.samples
        async with open_aac(first_sample=first_sample) as encoder, asyncio.TaskGroup() as group:
            group.create_task(self._send(encoder))
            await self._feed(encoder)

    async def _feed(self, encoder: AacEncoder) -> None:
        """Write the mix as time passes."""
        while True:
            due = self._clock.due(self._now_ns())
            if due < FRAMES_A_TURN:
                await self._sleep(self._clock.wait_ns(self._now_ns(), FRAMES_A_TURN) / NANOSECONDS)
                continue
            self._clock.frames += due
            await encoder.write(b"".join([self._mixer.next_pcm() for _ in range(due)]))

    async def _send(self, encoder: AacEncoder) -> None:
        async for tag in encoder.tags():
            if not tag.is_configuration:
                self._send_pictures(before_ms=tag.time_ms)
            self._publisher.send(tag)

    def _send_pictures(self, *, before_ms: int) -> None:
        while (picture := self._loop.picture(self._next_picture)).time_ms < before_ms:
            self._publisher.send(picture)
            self._next_picture += 1
