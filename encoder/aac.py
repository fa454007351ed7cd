"""Encodes the mix as AAC with one ffmpeg child per stream."""

import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from encoder import flv
from encoder.ffmpeg import FfmpegChild, run_ffmpeg
from encoder.flv import FlvTag
from encoder.mixer.frames import CHANNELS, SAMPLE_RATE_HZ

FRAME_SAMPLES = 1024
# The encoder puts one frame of its own before the sound, so its second frame is the first of ours.
PRIMING_SAMPLES = 1024
KBIT_S = 128
ADTS_HEADER_BYTES = 7
RATES_HZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
LOW_COMPLEXITY = 2


class MalformedAac(Exception):
    """Raised for bytes that are not AAC in ADTS."""


def audio_specific_config() -> bytes:
    """Return the two bytes that configure a decoder: AAC-LC, 48 kHz, stereo."""
    return struct.pack(">H", LOW_COMPLEXITY << 11 | RATES_HZ.index(SAMPLE_RATE_HZ) << 7 | CHANNELS << 3)


class AdtsReader:
    """Takes ADTS as it arrives, and returns the AAC frames without their headers."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that are complete now; raise `MalformedAac` for anything else."""
        self._buffer += data
        frames, at = [], 0
        while len(self._buffer) - at >= ADTS_HEADER_BYTES:
            head = self._buffer[at : at + ADTS_HEADER_BYTES]
            if head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
                raise MalformedAac("This is not ADTS.")
            size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
            header = ADTS_HEADER_BYTES if head[1] & 1 else ADTS_HEADER_BYTES + 2  # with a checksum
            if size < header:
                raise MalformedAac("An ADTS frame is shorter than its header.")
            if len(self._buffer) - at < size:
                break
            frames.append(bytes(self._buffer[at + header : at + size]))
            at += size
        del self._buffer[:at]
        return frames


class AacEncoder:
    """Takes PCM, and gives tags of AAC. A tag's time comes from the number of samples before it."""

    def __init__(self, child: FfmpegChild, first_sample: int) -> None:
        self._child = child
        self._reader = AdtsReader()
        self._first_sample = first_sample
        self._samples = first_sample - PRIMING_SAMPLES

    @property
    def pid(self) -> int:
        return self._child.pid

    async def write(self, pcm: bytes) -> None:
        """Encode s16le samples, 48 kHz, stereo."""
        await self._child.write(pcm)

    async def tags(self) -> AsyncGenerator[FlvTag, None]:
        """Yield the configuration and then the frames; end when the input has ended."""
        yield flv.audio_configuration(audio_specific_config())
        while data := await self._child.read():
            for frame in self._reader.feed(data):
                # The priming frame is sent too, a decoder needs it: at the beginning, like the first of ours.
                yield flv.audio_frame(frame, max(self._first_sample, self._samples) * 1000 // SAMPLE_RATE_HZ)
                self._samples += FRAME_SAMPLES

    def finish(self) -> None:
        """End the input; the tags end when all of it is encoded."""
        self._child.close_input()


@asynccontextmanager
async def open_aac(*, first_sample: int = 0, kbit_s: int = KBIT_S) -> AsyncGenerator[AacEncoder, None]:
    """Give an encoder whose child is gone when the block ends.

    `first_sample` is how many samples of the stream came before.
    """
    source = ("-f", "s16le", "-ar", str(SAMPLE_RATE_HZ), "-ac", str(CHANNELS))
    # Without these, ffmpeg collects a second of sound before it begins, and writes in large pieces.
    quick = ("-probesize", "32", "-analyzeduration", "0", "-fflags", "nobuffer")
    target = ("-c:a", "aac", "-b:a", f"{kbit_s}k", "-flush_packets", "1", "-f", "adts", "pipe:1")
    async with run_ffmpeg((*quick, *source, "-i", "pipe:0", *target)) as child:
        yield AacEncoder(child, first_sample)
