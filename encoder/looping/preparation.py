"""Makes a video that can be repeated: one of our moving backgrounds, with the badge burnt in."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from encoder.backgrounds.shipped import DEFAULT_BACKGROUND, frame_size, frames
from encoder.ffmpeg import read_output
from encoder.looping.video import LoopVideo, read_loop

FONT = Path(__file__).resolve().parents[2] / "static/vendor/inter/inter-latin-wght-normal.woff2"
BADGE_TEXT = "Virtual Host · AI"
GOP_S = 2
# Grain that hides the steps of soft slopes, the same in every turn.
GRAIN = "noise=alls=3:all_seed=7"


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """How a loop is made. `seconds` is a multiple of the two seconds between key pictures.

    `background` is a key of `BACKGROUNDS`. `title` stands in the middle of the picture, such as on the card
    at the end of a stream.
    """

    width: int = 720
    height: int = 1280
    frame_rate: int = 30
    seconds: int = 12
    video_kbit_s: int = 2_500
    badge: str = BADGE_TEXT
    preset: str = "medium"
    title: str = ""
    background: str = DEFAULT_BACKGROUND


async def make_loop(options: LoopOptions) -> LoopVideo:
    """Return a moving background with the badge. It takes about half of its playing time."""
    return read_loop(await encode_loop(options), options.frame_rate)


async def encode_loop(options: LoopOptions) -> bytes:
    """Return such a video as an FLV file; raise `FfmpegFailed`."""
    with tempfile.TemporaryDirectory(prefix="vivavoce-loop-") as folder:
        front, drawn = Path(folder, "front.png"), Path(folder, "background.rgb")
        draw_front(options).save(front)
        await asyncio.to_thread(_draw_background, options, drawn)
        return await read_output(_arguments(options, front, drawn))


def _draw_background(options: LoopOptions, path: Path) -> None:
    count = options.seconds * options.frame_rate
    with path.open("wb") as file:
        for frame in frames(options.background, options.width, options.height, count):
            file.write(frame)


def draw_front(options: LoopOptions) -> Image.Image:
    """Return what stands before the background: the badge, and the title if there is one."""
    front = Image.new("RGBA", (options.width, options.height))
    margin = options.width // 24
    front.paste(draw_badge(options.badge, options.width), (margin, margin * 2))
    if options.title:
        font = ImageFont.truetype(FONT, round(min(options.width, options.height) / 9))
        middle = (options.width / 2, options.height / 2)
        ImageDraw.Draw(front).text(middle, options.title, font=font, fill=(255, 255, 255, 255), anchor="mm")
    return front


def draw_badge(text: str, width: int) -> Image.Image:
    """Return the badge as it stands at the top of a picture of this width."""
    font = ImageFont.truetype(FONT, round(width / 24))
    left, top, right, bottom = font.getbbox(text)
    pad = round(width / 48)
    badge = Image.new("RGBA", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad))
    draw = ImageDraw.Draw(badge)
    draw.rounded_rectangle(
        (0, 0, badge.width - 1, badge.height - 1), badge.height // 2, fill=(10, 14, 24, 200)
    )
    draw.text((pad - left, pad - top), text, font=font, fill=(255, 255, 255, 255))
    return badge


def _arguments(options: LoopOptions, front: Path, drawn: Path) -> list[str]:
    columns, rows = frame_size(options.width, options.height)
    fitting = f"scale={options.width}:{options.height}:flags=bicubic,format=yuv420p,{GRAIN}"
    picture = f"[0:v]{fitting}[ground];[ground][1:v]overlay=0:0:format=auto,format=yuv420p"
    gop = GOP_S * options.frame_rate
    rate = f"{options.video_kbit_s}k"
    coding = ["-c:v", "libx264", "-preset", options.preset, "-profile:v", "high", "-bf", "0"]
    coding += ["-g", str(gop), "-keyint_min", str(gop), "-sc_threshold", "0", "-flags", "+cgop"]
    # A constant rate: servers like it, and a server that stops reading is noticed sooner.
    coding += ["-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-x264-params", "nal-hrd=cbr"]
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{columns}x{rows}"]
    inputs = [*source, "-framerate", str(options.frame_rate), "-i", str(drawn), "-i", str(front)]
    output = ["-frames:v", str(options.seconds * options.frame_rate), "-an", "-f", "flv", "pipe:1"]
    return [*inputs, "-filter_complex", picture, *coding, "-flvflags", "no_duration_filesize", *output]
