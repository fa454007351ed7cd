"""Encodes stripes of a picture, each alone, with one x264 child. A stripe that is known costs nothing."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b

from encoder import flv, h264
from encoder.ffmpeg import FfmpegChild, FfmpegFailed, run_ffmpeg
from encoder.flv import FlvKind, FlvReader, FlvTag
from encoder.pictures.format import PictureFormat
from encoder.pictures.slices import IntraSlice, SequenceFormat, read_format, read_intra_slice

QP = 24
CACHED_BYTES = 6 * 2**20
# One slice a stripe, no state between stripes, and nothing that reaches over a slice's edge.
INDEPENDENT = (
    "stitchable=1:no-deblock=1:cabac=0:8x8dct=0:weightp=0:ref=1:bframes=0:keyint=1:scenecut=0:"
    "aq-mode=0:mbtree=0:rc-lookahead=0:sync-lookahead=0"
)


class StripeEncoder:
    """Gives encoded stripes of one size. Several streams of that size may share it.

    `picture_set` and the slices go together: a stream uses those of one encoder.
    """

    def __init__(self, child: FfmpegChild, *, cached_bytes: int = CACHED_BYTES) -> None:
        self._child, self._most_bytes = child, cached_bytes
        self._reader = FlvReader()
        self._tags: list[FlvTag] = []
        self._sequence: SequenceFormat | None = None
        self._cache: OrderedDict[bytes, IntraSlice] = OrderedDict()
        self._cached_bytes = 0
        self._lock = asyncio.Lock()
        self.picture_set = b""
        self.encoded = 0

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def cached_bytes(self) -> int:
        """How large the encoded stripes are that are remembered."""
        return self._cached_bytes

    async def encode(self, stripes: Sequence[bytes]) -> list[IntraSlice]:
        """Return what stripes become, each `stripe_bytes` of planar YUV 4:2:0; raise `FfmpegFailed`."""
        async with self._lock:
            return [await self._one(stripe) for stripe in stripes]

    async def _one(self, stripe: bytes) -> IntraSlice:
        key = blake2b(stripe, digest_size=16).digest()
        if (known := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            return known
        await self._child.write(stripe)
        found = self._slice_of(await self._next_picture())
        self.encoded += 1
        self._cache[key] = found
        self._cached_bytes += found.size // 8
        while self._cached_bytes > self._most_bytes:
            self._cached_bytes -= self._cache.popitem(last=False)[1].size // 8
        return found

    async def _next_picture(self) -> FlvTag:
        while True:
            for at, tag in enumerate(self._tags):
                if tag.kind is not FlvKind.VIDEO:
                    continue
                if tag.is_configuration:
                    sequence_set, self.picture_set = h264.parameter_sets(tag.picture)
                    self._sequence = read_format(sequence_set)
                elif tag.payload[1] == flv.DATA:
                    del self._tags[: at + 1]
                    return tag
            self._tags.clear()
            data = await self._child.read()
            if not data:
                raise FfmpegFailed("The encoder of stripes ended.")
            self._tags += self._reader.feed(data)

    def _slice_of(self, tag: FlvTag) -> IntraSlice:
        if self._sequence is None:
            raise h264.MalformedVideo("A picture came before its parameter set.")
        slices = [unit for unit in h264.split_picture(tag.picture) if h264.unit_kind(unit) == h264.IDR_SLICE]
        if len(slices) != 1:
            raise h264.MalformedVideo("A stripe is not one slice.")
        return read_intra_slice(slices[0], self._sequence)


@asynccontextmanager
async def open_stripe_encoder(
    form: PictureFormat, *, qp: int = QP, cached_bytes: int = CACHED_BYTES
) -> AsyncGenerator[StripeEncoder, None]:
    """Give an encoder whose child is gone when the block ends. `qp` is from 0 (best) to 51."""
    async with run_ffmpeg(stripe_arguments(form.coded_width, form.stripe_height, qp)) as child:
        yield StripeEncoder(child, cached_bytes=cached_bytes)


def stripe_arguments(width: int, height: int, qp: int, *, more: str = "") -> list[str]:
    """Return the arguments for encoding pictures of a size, each alone and at once. `more` is for x264."""
    # Not with `-fflags nobuffer`, which loses the first picture.
    source = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-video_size",
        f"{width}x{height}",
        "-framerate",
        "1000",
    ]
    # With more threads, x264 would cut a picture into more slices.
    coding = [
        "-c:v",
        "libx264",
        "-threads",
        "1",
        "-preset",
        "veryfast",
        "-tune",
        "zerolatency",
        "-profile:v",
        "baseline",
    ]
    coding += ["-qp", str(qp), "-x264-params", INDEPENDENT + more, "-fps_mode", "passthrough"]
    target = ["-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv", "pipe:1"]
    return ["-probesize", "32", "-analyzeduration", "0", *source, "-i", "pipe:0", *coding, *target]
