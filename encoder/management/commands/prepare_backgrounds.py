"""Makes the shipped backgrounds before a live needs them: `manage.py prepare_backgrounds`."""

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from PIL import Image

from encoder.backgrounds.shipped import BACKGROUNDS, frame_size, frames
from encoder.looping.library import LoopLibrary
from encoder.looping.preparation import LoopOptions

PREVIEW = 180, 320


class Command(BaseCommand):
    """Store each shipped background as a video, if it is not stored yet. One takes some seconds."""

    help = "Make the videos of the shipped backgrounds and put them into the object store."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", default="720x1280", help="such as 1080x1920")
        parser.add_argument("--only", nargs="*", choices=list(BACKGROUNDS), default=list(BACKGROUNDS))
        parser.add_argument("--previews", type=Path, help="write small pictures into this folder instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["previews"]:
            for key in options["only"]:
                write_preview(key, options["previews"])
            return
        width, height = map(int, options["size"].split("x"))
        library = LoopLibrary()
        for key in options["only"]:
            asyncio.run(library.get(LoopOptions(width, height, background=key)))
            self.stdout.write(f"{key}: ready")


def write_preview(key: str, folder: Path) -> None:
    """Write the first frame of a background as a small picture."""
    first = next(frames(key, 720, 1280, 1))
    picture = Image.frombytes("RGB", frame_size(720, 1280), first).resize(PREVIEW, Image.Resampling.BICUBIC)
    picture.save(folder / f"{key}.webp", quality=80, method=6)
