"""Where the frames of full mode come from: a still that is painted over, or a video that is."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from encoder.drawing.painter import MovingPainter, Painter, split_planes
from encoder.drawing.scene import Arrangement, PictureScene
from encoder.ffmpeg import FfmpegChild, FfmpegFailed, run_ffmpeg
from encoder.pictures.format import PictureFormat

READ_BYTES = 2**20


class FrameSource(Protocol):
    """Gives whole frames as planar YUV 4:2:0, of the picture's size."""

    async def frame(self, scene: PictureScene) -> bytes:
        """Return the next frame, with a scene painted over it."""


class StillFrames:
    """Paints over a still background; a frame that is like the last one costs nothing."""

    def __init__(self, form: PictureFormat, arrangement: Arrangement, background: Image.Image) -> None:
        self._form, self._painter = form, Painter(form, arrangement, background)
        size = form.coded_width, form.coded_height
        self._planes = split_planes(np.zeros(size[0] * size[1] * 3 // 2, np.uint8), *size)
        self._scene: PictureScene | None = None
        self._frame = b""

    async def frame(self, scene: PictureScene) -> bytes:
        """Return the next frame."""
        if scene != self._scene:
            self._scene = scene
            self._frame = await asyncio.to_thread(self._paint, scene)
        return self._frame

    def _paint(self, scene: PictureScene) -> bytes:
        form = self._form
        for number, stripe in self._painter.paint(scene).items():
            parts = split_planes(np.frombuffer(stripe, np.uint8), form.coded_width, form.stripe_height)
            for plane, part in zip(self._planes, parts, strict=True):
                plane[number * len(part) : (number + 1) * len(part)] = part
        half = form.height // 2, form.width // 2
        shown = ((form.height, form.width), half, half)
        return b"".join(
            plane[:rows, :columns].tobytes()
            for plane, (rows, columns) in zip(self._planes, shown, strict=True)
        )


class VideoFrames:
    """Paints over the frames that a decoder gives. `open_video_frames` makes one."""

    def __init__(self, child: FfmpegChild, form: PictureFormat, arrangement: Arrangement) -> None:
        self._child, self._painter = child, MovingPainter(form, arrangement)
        self._size = form.width * form.height * 3 // 2
        self._buffer = bytearray()

    async def frame(self, scene: PictureScene) -> bytes:
        """Return the next frame; raise `FfmpegFailed` when the video cannot be decoded."""
        while len(self._buffer) < self._size:
            data = await self._child.read(READ_BYTES)
            if not data:
                raise FfmpegFailed("The background ended.")
            self._buffer += data
        frame = bytes(self._buffer[: self._size])
        del self._buffer[: self._size]
        return await asyncio.to_thread(self._painter.paint, scene, frame)


@asynccontextmanager
async def open_video_frames(
    path: Path, form: PictureFormat, arrangement: Arrangement
) -> AsyncGenerator[VideoFrames, None]:
    """Give the frames of a prepared FLV video without end, at the size and rate of the picture."""
    source = ["-stream_loop", "-1", "-protocol_whitelist", "file,pipe", "-f", "flv", "-i", str(path)]
    fitting = f"scale={form.width}:{form.height},fps={form.frame_rate}"
    target = ["-an", "-vf", fitting, "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"]
    async with run_ffmpeg([*source, *target]) as child:
        child.close_input()
        yield VideoFrames(child, form, arrangement)
