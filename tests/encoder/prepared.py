"""Small prepared videos under the names of those that a live's stream asks for."""

import asyncio
from dataclasses import replace
from functools import cache

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from encoder.looping.library import name_of
from encoder.looping.preparation import LoopOptions, encode_loop
from encoder.looping.video import LoopVideo, read_loop

SMALL = LoopOptions(width=144, height=256, seconds=2, preset="veryfast", video_kbit_s=300)
LOOP = LoopOptions()
# "Back soon" in the language of the tests' shows.
CARD = LoopOptions(seconds=2, title="Torno subito")


@cache
def small_video(title: str = "") -> bytes:
    return asyncio.run(encode_loop(replace(SMALL, title=title)))


def card_pictures() -> set[bytes]:
    card: LoopVideo = read_loop(small_video(CARD.title), 30)
    return {picture.payload for picture in card.pictures}


def store_small_videos(storage: Storage) -> None:
    """Put small videos where a stream of the default size looks for its own, so that nobody makes these."""
    for options in (LOOP, CARD):
        if not storage.exists(name_of(options)):
            storage.save(name_of(options), ContentFile(small_video(options.title)))
