"""Turns the body of a speech service's answer into chunks of audio, or refuses it.

A status of 200 proves nothing: gateways send pages and error objects, and some compatible servers always send
MP3 or AAC. Played as PCM, all of these are loud noise. So the label must say raw audio, and the first bytes
must not be something else.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

import numpy as np

from speech.errors import SpeechError
from speech.providers.audio_magic import HEAD_BYTES, is_noise, is_other_content
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk

ByteOrder = Literal["little", "big"]

PROOF_S = 0.02
RATES_HZ = frozenset((8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000))
MOST_CHANNELS = 2

_UNLABELLED = frozenset(("", "application/octet-stream", "binary/octet-stream"))
_RAW = frozenset(
    ("audio/pcm", "audio/x-pcm", "audio/raw", "audio/x-raw", "audio/linear16", "audio/l16", "audio/x-l16")
)
# RFC 2586 says big-endian; several services send little-endian under this name.
_EITHER_ORDER = frozenset(("audio/l16", "audio/x-l16"))
_RATE = ("rate", "samplerate", "sample-rate", "sample_rate")
_CHANNELS = ("channels", "channel")
_BITS = ("bits", "bitdepth", "bit-depth", "bit_depth", "bits-per-sample", "bits_per_sample")
_ORDER = ("endian", "endianness", "byte-order", "byteorder")
_ENCODING = ("encoding", "codec", "codecs", "format")
_LITTLE = frozenset(("s16le", "pcm_s16le", "little", "little-endian", "le"))
_BIG = frozenset(("s16be", "pcm_s16be", "big", "big-endian", "be"))
_SIGNED_16 = frozenset(
    ("pcm", "l16", "linear16", "lpcm", "signed", "signed-int", "signed-integer", "s16", "pcm_s16")
)


@dataclass(frozen=True, slots=True)
class RawFormat:
    """Signed 16-bit samples as a service sends them. `order` is None where the samples have to tell."""

    rate_hz: int
    channels: int = 1
    order: ByteOrder | None = "little"

    @property
    def frame_bytes(self) -> int:
        return BYTES_PER_SAMPLE * self.channels


def format_of(service: str, content_type: str | None, *, rate_hz: int) -> RawFormat:
    """Return the format that a label states; `rate_hz` counts where it states none.

    Raise `SpeechError` for anything but signed 16-bit audio with one or two channels at a usual rate.
    """
    label = Message()
    label["content-type"] = content_type or "application/octet-stream"
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind not in _UNLABELLED and kind not in _RAW:
        raise SpeechError(f"{service} sent {kind[:60]} for audio.")
    stated = {name.lower(): str(value).strip().lower() for name, value in label.get_params([])[1:]}
    encoding = _first(stated, _ENCODING)
    if encoding and encoding not in _SIGNED_16 | _LITTLE | _BIG:
        raise SpeechError(f"{service} sent audio in an encoding that is not played.")
    if (_first(stated, _BITS) or "16") != "16":
        raise SpeechError(f"{service} sent samples that are not of 16 bits.")
    rate, channels = _number(service, stated, _RATE, rate_hz), _number(service, stated, _CHANNELS, 1)
    if rate not in RATES_HZ or not 1 <= channels <= MOST_CHANNELS:
        raise SpeechError(f"{service} sent audio at a rate or with channels that are not played.")
    return RawFormat(rate, channels, _order_of(kind, encoding, _first(stated, _ORDER)))


async def raw_audio(
    service: str, content_type: str | None, body: AsyncIterator[bytes], *, rate_hz: int
) -> AsyncGenerator[AudioChunk, None]:
    """Yield a body as mono audio, at the rate that its label states or else at `rate_hz`.

    Raise `SpeechError` for anything that is not raw audio.
    """
    decoder = _Decoder(service, format_of(service, content_type, rate_hz=rate_hz))
    async for piece in body:
        if pcm := decoder.feed(piece):
            yield AudioChunk(pcm, decoder.format.rate_hz)
    if pcm := decoder.finish():
        yield AudioChunk(pcm, decoder.format.rate_hz)


class _Decoder:
    """Proves the first bytes of a body, then turns the samples into mono, little-endian ones."""

    def __init__(self, service: str, raw: RawFormat) -> None:
        self.format = raw
        self._service = service
        self._pending = b""
        self._order = raw.order
        self._is_proven = False
        self._proof_bytes = max(HEAD_BYTES, int(PROOF_S * raw.rate_hz) * raw.frame_bytes)

    def feed(self, piece: bytes) -> bytes:
        """Add a piece of the body and return the samples that are complete and proven."""
        self._pending += piece
        return self._samples() if self._is_proven or len(self._pending) >= self._proof_bytes else b""

    def finish(self) -> bytes:
        """Return the rest; half a sample at the end is dropped."""
        return self._samples() if self._pending else b""

    def _samples(self) -> bytes:
        if not self._is_proven and is_other_content(self._pending):
            raise self._refusal()
        whole = len(self._pending) - len(self._pending) % self.format.frame_bytes
        raw, self._pending = self._pending[:whole], self._pending[whole:]
        if self._order is None and raw.strip(b"\0"):
            self._order = _smoother_order(raw)
        if self.format.channels == 1 and self._order != "big" and self._is_proven:
            return raw
        samples = np.frombuffer(raw, ">i2" if self._order == "big" else "<i2").astype(np.int16)
        if not self._is_proven and is_noise(samples[:: self.format.channels]):
            raise self._refusal()
        self._is_proven = True
        if self.format.channels > 1:
            samples = samples.reshape(-1, self.format.channels).mean(axis=1).astype(np.int16)
        return samples.astype("<i2").tobytes()

    def _refusal(self) -> SpeechError:
        return SpeechError(f"{self._service} sent something other than raw audio.")


def _smoother_order(raw: bytes) -> ByteOrder:
    """Return the byte order in which neighbouring samples differ less."""
    steps = {order: _mean_step(raw, code) for order, code in (("little", "<i2"), ("big", ">i2"))}
    return "big" if steps["big"] < steps["little"] else "little"


def _mean_step(raw: bytes, code: str) -> float:
    samples = np.frombuffer(raw, code).astype(np.float64)
    return float(np.abs(np.diff(samples, prepend=0.0)).mean())


def _order_of(kind: str, encoding: str, stated: str) -> ByteOrder | None:
    if stated in _BIG or encoding in _BIG:
        return "big"
    if stated in _LITTLE or encoding in _LITTLE:
        return "little"
    return None if kind in _EITHER_ORDER else "little"


def _first(stated: dict[str, str], names: tuple[str, ...]) -> str:
    return next((stated[name] for name in names if name in stated), "")


def _number(service: str, stated: dict[str, str], names: tuple[str, ...], default: int) -> int:
    text = _first(stated, names)
    if text and not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise SpeechError(f"{service} sent audio with a label that cannot be read.")
    return int(text) if text else default
