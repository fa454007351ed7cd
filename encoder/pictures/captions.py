"""The picture of captions mode: a still background, over which only what changes is drawn and encoded."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from PIL import Image

from encoder import flv, h264
from encoder.drawing.live_scene import LiveScene
from encoder.drawing.painter import Painter
from encoder.drawing.scene import Arrangement, PictureScene
from encoder.ffmpeg import FfmpegFailed
from encoder.flv import FlvTag
from encoder.h264 import SequenceParameters
from encoder.mixer.sample_clock import picture_ms
from encoder.pictures.filler import Filler
from encoder.pictures.format import PictureFormat
from encoder.pictures.splicing import Splicer
from encoder.pictures.stripes import StripeEncoder, open_stripe_encoder

logger = logging.getLogger(__name__)

QPS = (24, 28, 32, 36)  # from the best picture to one that is small enough
MOST_KEY_SHARE = 0.35  # of the bit rate, for the whole picture that is sent every two seconds
PAUSE_AFTER_FAILURE_S = 0.5
MOST_FAILURES = 3  # before the first picture


@dataclass(frozen=True, slots=True)
class CaptionsOptions:
    """Bit rates in kbit/s: what the stream may have, and the floor up to which it is filled (0: none)."""

    video_kbit_s: int = 2_500
    floor_kbit_s: int = 0


class CaptionsPictures:
    """Gives coded pictures of a scene; it is a `PictureSource`. `open_captions` makes one.

    - `picture` never waits: it shows what is encoded by then, and repeats the last picture otherwise.
    - All stripes of a change are shown in one picture.
    - The mouth stands still while the stream's bit rate is used up; words never wait.
    - An encoder that dies is replaced; meanwhile the picture stands still.
    """

    def __init__(
        self, form: PictureFormat, painter: Painter, scene: LiveScene, options: CaptionsOptions
    ) -> None:
        self._form, self._painter, self._scene = form, painter, scene
        self._options = options
        self._filler = Filler(options.floor_kbit_s, form.frame_rate)
        self._splicer: Splicer | None = None
        # The scene of the last moment; the one that is drawn; the one that is encoded.
        self._wanted = self._painted = self._shown = scene.at(0.0)
        self._waiting = painter.paint(self._painted)  # painted, not encoded
        self._changed = asyncio.Event()
        self._a_picture = options.video_kbit_s * 125 / form.frame_rate  # bytes
        self._left = float(options.video_kbit_s * 125)  # at most those of a second

    @property
    def frame_rate(self) -> int:
        """Pictures a second."""
        return self._form.frame_rate

    @property
    def configuration(self) -> FlvTag:
        """The tag that configures a decoder."""
        return self._ready.configuration

    @property
    def parameters(self) -> SequenceParameters:
        """The size and profile of the picture."""
        return h264.read_sequence_set(h264.parameter_sets(self.configuration.picture)[0])

    @property
    def scene(self) -> LiveScene:
        """What takes the events of the live."""
        return self._scene

    def picture(self, number: int) -> FlvTag:
        """Return picture `number`, counted from 0; numbers are asked for in order."""
        self._look(number)
        is_key = number % self._form.gop == 0
        units = [*self._ready.next_picture(is_key=is_key).units]
        size = sum(h264.LENGTH_BYTES + len(unit) for unit in units)
        if filler := self._filler.unit_after(size):
            units.append(filler)
        self._left = min(self._left + self._a_picture - size, self._a_picture * self._form.frame_rate)
        return flv.video_picture(units, picture_ms(number, self._form.frame_rate), is_key=is_key)

    def _look(self, number: int) -> None:
        """Ask for another picture when the scene of this moment is another one."""
        scene = self._scene.at(number / self._form.frame_rate, may_move=self._left > 0)
        if scene != self._wanted:
            self._wanted = scene
            self._changed.set()

    @property
    def _ready(self) -> Splicer:
        if self._splicer is None:
            raise RuntimeError("The first picture is not encoded yet.")
        return self._splicer

    @property
    def shown(self) -> PictureScene:
        """The scene that the next picture shows."""
        return self._shown

    @property
    def is_current(self) -> bool:
        """Whether the last scene that was asked for is what the next picture shows."""
        return self._shown == self._wanted

    async def prepare(self, encoder: StripeEncoder, *, at_any_size: bool) -> bool:
        """Encode the whole picture; return whether it is small enough for the bit rate."""
        stripes = await encoder.encode([self._waiting[number] for number in range(self._form.stripes)])
        seconds = self._form.gop / self._form.frame_rate
        most = MOST_KEY_SHARE * 1000 * self._options.video_kbit_s * seconds
        if not at_any_size and sum(stripe.size for stripe in stripes) > most:
            return False
        self._splicer = Splicer(self._form, encoder.picture_set, stripes)
        self._waiting = {}
        return True

    async def follow(self, encoder: StripeEncoder) -> None:
        """Draw and encode what changes, until it is cancelled or the encoder dies."""
        while True:
            if self._waiting:
                numbers = sorted(self._waiting)
                stripes = await encoder.encode([self._waiting[number] for number in numbers])
                self._ready.replace(dict(zip(numbers, stripes, strict=True)))
                self._waiting = {}
            self._shown = self._painted
            await self._changed.wait()
            self._changed.clear()
            scene = self._wanted
            # Beside the event loop: drawing a sentence takes some milliseconds.
            self._waiting = await asyncio.to_thread(self._painter.paint, scene)
            self._painted = scene


@asynccontextmanager
async def open_captions(
    form: PictureFormat,
    arrangement: Arrangement,
    background: Image.Image,
    scene: LiveScene,
    options: CaptionsOptions | None = None,
) -> AsyncGenerator[CaptionsPictures, None]:
    """Give pictures whose first one is encoded already; the encoder is gone when the block ends.

    `background` has the size of the picture. Raise `FfmpegFailed` when no encoder can be started.
    """
    painter = Painter(form, arrangement, background)
    pictures = await asyncio.to_thread(CaptionsPictures, form, painter, scene, options or CaptionsOptions())
    is_ready = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_encode_forever(pictures, form, is_ready))
        await is_ready.wait()
        try:
            yield pictures
        finally:
            task.cancel()


async def _encode_forever(pictures: CaptionsPictures, form: PictureFormat, is_ready: asyncio.Event) -> None:
    step = failures = 0
    while True:
        try:
            async with open_stripe_encoder(form, qp=QPS[step]) as encoder:
                if not is_ready.is_set():
                    if not await pictures.prepare(encoder, at_any_size=step + 1 == len(QPS)):
                        step += 1
                        continue
                    is_ready.set()
                await pictures.follow(encoder)
        except* FfmpegFailed:
            failures += 1
            logger.warning("encoder of stripes ended, starting another")
            if not is_ready.is_set() and failures >= MOST_FAILURES:
                raise
        await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
