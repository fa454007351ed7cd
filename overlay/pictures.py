"""A streamer's picture before it is kept: bytes go in, the same picture without anything beside it comes out.

Only the parts that make the picture are written out again, after their headers have been read: no place where
it was taken, no other file behind it. PNG, JPEG and WebP; formats that can carry a script are none of these.
Formats: PNG 3rd edition (W3C), JPEG ITU T.81 annex B, WebP container (RFC 9649).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_SIDE: Final = 2048
MIN_SIDE: Final = 16
CONTENT_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
PNG_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
PNG_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # samples a pixel, by colour type
PNG_PASSES: Final = (  # Adam7: where each pass begins, and how far it steps
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
JPEG_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
JPEG_KEPT: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, 0xEE})  # 0xEE: which colours Adobe wrote
WEBP_KEPT: Final = (b"VP8 ", b"VP8L", b"ALPH")


class UnusablePicture(ValueError):
    """Raised for what is no PNG, JPEG or WebP of a sensible size; `reason` is `kind`, `weight` or `side`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be shown. `kind` is a key of `CONTENT_TYPES`."""

    kind: str
    data: bytes
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """Return the picture alone; raise `UnusablePicture`."""
    if len(data) > MAX_BYTES:
        raise UnusablePicture("weight")
    try:
        picture = _read(data)
    except (struct.error, IndexError, zlib.error) as error:
        raise UnusablePicture("kind") from error
    if not (MIN_SIDE <= picture.width <= MAX_SIDE and MIN_SIDE <= picture.height <= MAX_SIDE):
        raise UnusablePicture("side")
    return picture


def _read(data: bytes) -> Picture:
    if data.startswith(PNG_SIGNATURE):
        return _read_png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _read_jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _read_webp(data)
    raise UnusablePicture("kind")


def _side(width: int, height: int) -> None:
    # Before a pixel is looked at: that is what a bomb waits for.
    if width > MAX_SIDE or height > MAX_SIDE:
        raise UnusablePicture("side")


# --- PNG ------------------------------------------------------------------------------------------


def _read_png(data: bytes) -> Picture:
    chunks = list(_png_chunks(data))
    if chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise UnusablePicture("kind")
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    _side(width, height)
    if interlaced not in (0, 1) or color not in PNG_SAMPLES or depth not in (1, 2, 4, 8, 16):
        raise UnusablePicture("kind")
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    _check_pixels(packed, _png_size(width, height, PNG_SAMPLES[color] * depth, interlaced))
    kept = (_png_chunk(name, body) for name, body in chunks if name in PNG_KEPT)
    return Picture("png", PNG_SIGNATURE + b"".join(kept), width, height)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_SIGNATURE)
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
        if checksum != zlib.crc32(name + body):
            raise UnusablePicture("kind")
        yield name, body
        if name == b"IEND":
            return
        at += 12 + length


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(name + body))


def _check_pixels(packed: bytes, size: int) -> None:
    """Unpack as much as the picture's size asks for, and no more; raise when there is less, or more."""
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(packed, size + 1)
    if len(unpacked) != size or unpacker.unconsumed_tail:
        raise UnusablePicture("kind")


def _png_size(width: int, height: int, bits: int, interlaced: int) -> int:
    """Return how many bytes the rows take, unpacked; each begins with its filter."""
    passes = PNG_PASSES if interlaced else ((0, 0, 1, 1),)
    sides = ((-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes)
    return sum(rows * ((columns * bits + 7) // 8 + 1) for columns, rows in sides if columns > 0 and rows > 0)


# --- JPEG -----------------------------------------------------------------------------------------


def _read_jpeg(data: bytes) -> Picture:
    kept, at, size = [b"\xff\xd8"], 2, None
    while True:
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if data[at] != 0xFF or length < 2:
            raise UnusablePicture("kind")
        segment = data[at : at + 2 + length]
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            _side(width, height)
            size = width, height
        if marker == 0xDA:
            break
        if marker in JPEG_KEPT:
            kept.append(segment)
        at += 2 + length
    end = data.rfind(b"\xff\xd9")
    if size is None or end < at:
        raise UnusablePicture("kind")
    return Picture("jpg", b"".join(kept) + data[at : end + 2], *size)


# --- WebP -----------------------------------------------------------------------------------------


def _read_webp(data: bytes) -> Picture:
    chunks = [(name, body) for name, body in _webp_chunks(data) if name in WEBP_KEPT]
    picture = next(((name, body) for name, body in chunks if name != b"ALPH"), None)
    if picture is None:
        raise UnusablePicture("kind")
    width, height = _webp_size(*picture)
    _side(width, height)
    has_alpha = any(name == b"ALPH" for name, _ in chunks)
    if has_alpha:
        extended = (
            struct.pack("<I", 0x10) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        )
        chunks = [(b"VP8X", extended), *chunks[:2]]
    else:
        chunks = [picture]
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in chunks
    )
    return Picture("webp", b"RIFF" + struct.pack("<I", len(body)) + body, width, height)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", data, 4)
    at, end = 12, min(8 + size, len(data))
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise UnusablePicture("kind")
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8L":
        signature, bits = struct.unpack_from("<BI", body)
        if signature != 0x2F:
            raise UnusablePicture("kind")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if body[3:6] != b"\x9d\x01\x2a":
        raise UnusablePicture("kind")
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF
