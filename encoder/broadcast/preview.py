"""Makes a small still of a stream."""

import asyncio

from encoder import flv
from encoder.ffmpeg import FfmpegFailed, read_output
from encoder.flv import FlvTag

WIDTH = 180
TIMEOUT_S = 5.0
SOURCE = ("-f", "flv", "-i", "pipe:0")
TARGET = ("-frames:v", "1", "-c:v", "mjpeg", "-q:v", "5", "-f", "mjpeg", "pipe:1")


async def preview_of(configuration: FlvTag, key_picture: FlvTag) -> bytes | None:
    """Return a key picture as a JPEG, 180 pixels wide; None when it cannot be made. It takes some 0.1 s."""
    data = flv.HEADER + flv.write_tag(configuration.at(0)) + flv.write_tag(key_picture.at(0))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await read_output((*SOURCE, "-vf", f"scale={WIDTH}:-2", *TARGET), data) or None
    except (FfmpegFailed, TimeoutError):
        return None
