"""Decodes H.264 with two decoders that share no code: that of ffmpeg, and Cisco's OpenH264 within it."""

import subprocess
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from encoder import flv, h264
from encoder.ffmpeg import ffmpeg_path
from encoder.flv import FlvKind
from encoder.pictures.format import PictureFormat
from encoder.pictures.stripes import QP, stripe_arguments

DECODERS = ("h264", "libopenh264")
QUIET = ("-hide_banner", "-loglevel", "error", "-threads", "1")


def run(arguments: Iterable[str], data: bytes) -> bytes:
    done = subprocess.run([ffmpeg_path(), *QUIET, *arguments], input=data, capture_output=True, check=True)
    assert done.stderr == b"", done.stderr.decode(errors="replace")
    return done.stdout


def decode(units: Iterable[bytes], decoder: str = "h264") -> bytes:
    """Return the pictures as planar YUV, one after the other; no decoder may complain."""
    data = b"".join(b"\0\0\0\1" + unit for unit in units)
    target = ("-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1")
    return run(("-c:v", decoder, "-f", "h264", "-i", "pipe:0", *target), data)


def encode_whole(frames: Iterable[bytes], form: PictureFormat) -> list[bytes]:
    """Return the units of whole frames that x264 encodes, each as a key picture with a slice a stripe."""
    more = f":slice-max-mbs={form.stripe_macroblocks}"
    arguments = stripe_arguments(form.coded_width, form.coded_height, QP, more=more)
    arguments[arguments.index("-framerate") + 1] = str(form.frame_rate)
    tags = [tag for tag in flv.read_file(run(arguments, b"".join(frames))) if tag.kind is FlvKind.VIDEO]
    units = [unit for tag in tags if tag.is_configuration for unit in h264.parameter_sets(tag.picture)]
    pictures = [tag for tag in tags if not tag.is_configuration and tag.payload[1] == flv.DATA]
    return units + [unit for tag in pictures for unit in h264.split_picture(tag.picture)]


def whole_frame(stripes: Iterable[bytes], form: PictureFormat) -> bytes:
    """Return a frame as planar YUV, from its stripes."""
    luma, blue, red = zip(
        *(planes(stripe, form.coded_width, form.stripe_height) for stripe in stripes), strict=True
    )
    return b"".join(np.concatenate(parts).tobytes() for parts in (luma, blue, red))


def cropped(frame: bytes, form: PictureFormat) -> bytes:
    """Return the part of a frame that is shown."""
    luma, blue, red = planes(frame, form.coded_width, form.coded_height)
    half = slice(form.height // 2), slice(form.width // 2)
    return luma[: form.height, : form.width].tobytes() + blue[half].tobytes() + red[half].tobytes()


def planes(data: bytes, width: int, height: int) -> tuple[NDArray[np.uint8], ...]:
    pixels = np.frombuffer(data, np.uint8)
    luma, colours = pixels[: width * height], pixels[width * height :]
    blue, red = colours.reshape(2, height // 2, width // 2)
    return luma.reshape(height, width), blue, red
