"""The picture of full mode: whole frames, encoded by an x264 child that is replaced when it dies."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from encoder import flv, h264
from encoder.drawing.live_scene import LiveScene
from encoder.ffmpeg import FfmpegChild, FfmpegFailed, run_ffmpeg
from encoder.flv import FlvKind, FlvReader, FlvTag
from encoder.h264 import SequenceParameters
from encoder.mixer.sample_clock import picture_ms
from encoder.pictures.filler import Filler
from encoder.pictures.format import PictureFormat
from encoder.pictures.frames import FrameSource

logger = logging.getLogger(__name__)

# Pictures that are encoded or in the encoder beyond the last one that was asked for. They are asked for in
# pairs, as the sound comes. An encoder that is too slow gets fewer frames, so that no delay grows.
AHEAD = 2
PAUSE_AFTER_FAILURE_S = 0.5
MOST_FAILURES = 3  # before the first picture

OpenFrames = Callable[[], AbstractAsyncContextManager[FrameSource]]


@dataclass(frozen=True, slots=True)
class FullOptions:
    """Bit rates in kbit/s (the floor is what the stream is filled up to, 0: none), and x264's preset."""

    video_kbit_s: int = 2_500
    floor_kbit_s: int = 0
    preset: str = "veryfast"


class FullPictures:
    """Gives coded pictures of a scene; it is a `PictureSource`. `open_full` makes one.

    - Each picture that is asked for has one frame encoded, so that both stay together without a clock.
    - `picture` never waits: it returns None when the encoder is late.
    - When the encoder or the background's decoder dies, both begin anew, with a key picture.
    """

    def __init__(self, form: PictureFormat, scene: LiveScene, options: FullOptions) -> None:
        self._form, self._scene, self._options = form, scene, options
        self._filler = Filler(options.floor_kbit_s, form.frame_rate)
        self._configuration: FlvTag | None = None
        self._encoded: deque[FlvTag] = deque()
        self._wanted = scene.at(0.0)
        self._due, self._underway = AHEAD, 0  # frames to encode; frames that the encoder has
        self._wake = asyncio.Event()
        self._wake.set()
        self.left_out = 0

    @property
    def frame_rate(self) -> int:
        """Pictures a second."""
        return self._form.frame_rate

    @property
    def configuration(self) -> FlvTag:
        """The tag that configures a decoder."""
        if self._configuration is None:
            raise RuntimeError("The first picture is not encoded yet.")
        return self._configuration

    @property
    def parameters(self) -> SequenceParameters:
        """The size and profile of the picture."""
        return h264.read_sequence_set(h264.parameter_sets(self.configuration.picture)[0])

    @property
    def scene(self) -> LiveScene:
        """What takes the events of the live."""
        return self._scene

    def picture(self, number: int) -> FlvTag | None:
        """Return picture `number`, counted from 0, or None when none is encoded. Numbers come in order."""
        self._wanted = self._scene.at(number / self._form.frame_rate)
        tag = self._encoded.popleft() if self._encoded else None
        missing = AHEAD - self._due - self._underway - len(self._encoded)
        if missing > 0:
            self._due += missing
            self._wake.set()
        if tag is None:
            self.left_out += 1
            return None
        if filler := self._filler.unit_after(len(tag.picture)):
            units = [*h264.split_picture(tag.picture), filler]
            tag = flv.video_picture(units, tag.time_ms, is_key=tag.is_key)
        return tag.at(picture_ms(number, self._form.frame_rate))

    async def follow(self, child: FfmpegChild, frames: FrameSource, is_ready: asyncio.Event) -> None:
        """Encode what is asked for, until it is cancelled or a child dies."""
        self._due, self._underway = AHEAD, 0
        self._wake.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._give(child, frames))
            group.create_task(self._take(child, is_ready))

    async def _give(self, child: FfmpegChild, frames: FrameSource) -> None:
        while True:
            while not self._due:
                self._wake.clear()
                await self._wake.wait()
            frame = await frames.frame(self._wanted)
            self._due, self._underway = self._due - 1, self._underway + 1
            await child.write(frame)

    async def _take(self, child: FfmpegChild, is_ready: asyncio.Event) -> None:
        reader = FlvReader()
        while data := await child.read():
            for tag in reader.feed(data):
                if tag.kind is not FlvKind.VIDEO:
                    continue
                if tag.is_configuration:
                    self._configuration = tag
                elif tag.payload[1] == flv.DATA:
                    self._underway -= 1
                    self._encoded.append(tag)
                    is_ready.set()
        raise FfmpegFailed("The encoder ended.")


def encode_arguments(form: PictureFormat, options: FullOptions) -> list[str]:
    """Return the arguments for encoding raw frames at once, with a key picture every two seconds."""
    size, rate = f"{form.width}x{form.height}", f"{options.video_kbit_s}k"
    source = ["-probesize", "32", "-analyzeduration", "0", "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    source += ["-video_size", size, "-framerate", str(form.frame_rate), "-i", "pipe:0"]
    coding = ["-c:v", "libx264", "-threads", "1", "-preset", options.preset, "-tune", "zerolatency"]
    coding += ["-profile:v", "high", "-bf", "0", "-g", str(form.gop), "-keyint_min", str(form.gop)]
    coding += ["-sc_threshold", "0", "-flags", "+cgop", "-b:v", rate, "-maxrate", rate, "-bufsize", rate]
    coding += ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    coding += ["-color_range", "tv", "-fps_mode", "passthrough"]
    target = ["-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv", "pipe:1"]
    return [*source, *coding, *target]


@asynccontextmanager
async def open_full(
    form: PictureFormat,
    scene: LiveScene,
    open_frames: OpenFrames,
    options: FullOptions | None = None,
) -> AsyncGenerator[FullPictures, None]:
    """Give pictures whose first one is encoded already; all children are gone when the block ends.

    `open_frames` opens the source of frames, again after a failure. Raise `FfmpegFailed` when the children
    cannot be started.
    """
    chosen = options or FullOptions()
    pictures, is_ready = FullPictures(form, scene, chosen), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_encode_forever(pictures, form, open_frames, chosen, is_ready))
        await is_ready.wait()
        try:
            yield pictures
        finally:
            task.cancel()


async def _encode_forever(
    pictures: FullPictures,
    form: PictureFormat,
    open_frames: OpenFrames,
    options: FullOptions,
    is_ready: asyncio.Event,
) -> None:
    failures = 0
    while True:
        try:
            async with open_frames() as frames, run_ffmpeg(encode_arguments(form, options)) as child:
                await pictures.follow(child, frames, is_ready)
        except* FfmpegFailed:
            failures += 1
            logger.warning("encoder of whole pictures ended, starting another")
            if not is_ready.is_set() and failures >= MOST_FAILURES:
                raise
        await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
