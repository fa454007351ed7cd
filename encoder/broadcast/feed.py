"""Feeds a publisher with pictures and mixed sound. The samples of the sound are the only clock."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from encoder import flv
from encoder.aac import KBIT_S, AacEncoder, open_aac
from encoder.broadcast.pictures import PictureSource
from encoder.ffmpeg import FfmpegFailed
from encoder.flv import FlvTag
from encoder.mixer.frames import SAMPLE_RATE_HZ
from encoder.mixer.mixer import Mixer
from encoder.mixer.sample_clock import SampleClock, picture_ms
from encoder.rtmp.publisher import Publisher

logger = logging.getLogger(__name__)

# Frames of 20 ms that are made together: fewer turns of the event loop, and 40 ms more delay.
FRAMES_A_TURN = 2
# An AAC child that ends as soon as it has begun is not started again at once.
PAUSE_AFTER_FAILURE_S = 0.5
NANOSECONDS = 1_000_000_000

Sleep = Callable[[float], Awaitable[None]]


class StreamFeed:
    """Feeds a publisher in real time. `run` goes on until it is cancelled.

    - A picture is sent between the sound before and the sound after it, so that no timestamp goes back.
    - An AAC child that dies is replaced; the sound that it held is lost, and the clock goes on.
    - `also`: is given every tag too, such as a recorder.
    """

    def __init__(
        self,
        publisher: Publisher,
        pictures: PictureSource,
        mixer: Mixer,
        *,
        video_kbit_s: int = 2_500,
        also: Callable[[FlvTag], None] = lambda tag: None,
        now_ns: Callable[[], int] = time.monotonic_ns,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._publisher, self._pictures, self._mixer = publisher, pictures, mixer
        self._video_kbit_s, self._also = video_kbit_s, also
        self._now_ns, self._sleep = now_ns, sleep
        self._clock = SampleClock(now_ns())
        self._number = 0  # of the next picture, and of the first one that its source gave
        self._first = 0
        self._replacement: PictureSource | None = None
        self._encoder: AacEncoder | None = None
        self.mixing_ns = 0  # processor time

    @property
    def encoder_pid(self) -> int | None:
        """The process of the AAC encoder, while there is one."""
        return self._encoder.pid if self._encoder else None

    def show(self, pictures: PictureSource) -> None:
        """Show other pictures, of the same frame rate, from the next one on."""
        self._replacement = pictures

    async def run(self) -> None:
        """Stream until it is cancelled."""
        self._send(self._description())
        self._send(self._pictures.configuration.at(0))
        while True:
            try:
                await self._encode()
            except* FfmpegFailed:
                logger.warning("AAC encoder ended, starting another")
            await self._sleep(PAUSE_AFTER_FAILURE_S)

    def _description(self) -> FlvTag:
        """Return the tag that describes the stream."""
        size = self._pictures.parameters
        return flv.metadata(
            {
                "width": size.width,
                "height": size.height,
                "framerate": self._pictures.frame_rate,
                "videocodecid": flv.AVC,
                "videodatarate": self._video_kbit_s,
                "audiocodecid": flv.AAC >> 4,
                "audiodatarate": KBIT_S,
                "audiosamplerate": SAMPLE_RATE_HZ,
                "stereo": True,
            }
        )

    async def _encode(self) -> None:
        first_sample = self._clock.samples
        async with open_aac(first_sample=first_sample) as encoder, asyncio.TaskGroup() as group:
            self._encoder = encoder
            group.create_task(self._send_all(encoder))
            try:
                await self._mix(encoder)
            finally:
                self._encoder = None

    async def _mix(self, encoder: AacEncoder) -> None:
        """Write the mix as time passes."""
        while True:
            due = self._clock.due(self._now_ns())
            if due < FRAMES_A_TURN:
                await self._sleep(self._clock.wait_ns(self._now_ns(), FRAMES_A_TURN) / NANOSECONDS)
                continue
            self._clock.frames += due
            began_ns = time.thread_time_ns()
            pcm = b"".join([self._mixer.next_pcm() for _ in range(due)])
            self.mixing_ns += time.thread_time_ns() - began_ns
            await encoder.write(pcm)

    async def _send_all(self, encoder: AacEncoder) -> None:
        async for tag in encoder.tags():
            if not tag.is_configuration:
                self._send_pictures(before_ms=tag.time_ms)
            self._send(tag)

    def _send_pictures(self, *, before_ms: int) -> None:
        while (at_ms := picture_ms(self._number, self._pictures.frame_rate)) < before_ms:
            if self._replacement is not None:
                self._replace_pictures(self._replacement, at_ms)
            picture = self._pictures.picture(self._number - self._first)
            if picture is not None:
                self._send(picture.at(at_ms))
            self._number += 1

    def _replace_pictures(self, pictures: PictureSource, at_ms: int) -> None:
        """Begin other pictures with their first, which is a key picture."""
        if pictures.configuration.payload != self._pictures.configuration.payload:
            self._send(pictures.configuration.at(at_ms))
        self._pictures, self._replacement = pictures, None
        self._first = self._number

    def _send(self, tag: FlvTag) -> None:
        self._publisher.send(tag)
        self._also(tag)
