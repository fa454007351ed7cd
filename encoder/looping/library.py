"""Makes the prepared videos of an installation once, and keeps each in memory once for all streams."""

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from dataclasses import asdict

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from encoder.looping.preparation import LoopOptions, encode_loop
from encoder.looping.video import LoopVideo, UnsuitableVideo, read_loop

logger = logging.getLogger(__name__)

STORAGE = "loops"  # in the settings' STORAGES
KEPT = 8  # some 4 MB each
# A loop that another version of the program has made looks different.
VERSION = 2


class LoopLibrary:
    """Gives prepared videos, from memory, from the object store, or newly made: then it takes seconds."""

    def __init__(self, storage: Storage | None = None) -> None:
        self._storage = storage
        self._loops: OrderedDict[LoopOptions, LoopVideo] = OrderedDict()
        self._making = asyncio.Lock()

    async def get(self, options: LoopOptions) -> LoopVideo:
        """Return a prepared video. Raise `FfmpegFailed` or `UnsuitableVideo` when it cannot be made."""
        async with self._making:
            loop = self._loops.pop(options, None) or await self._read_or_make(options)
            self._loops[options] = loop
            while len(self._loops) > KEPT:
                self._loops.popitem(last=False)
            return loop

    async def _read_or_make(self, options: LoopOptions) -> LoopVideo:
        name = name_of(options)
        stored = await asyncio.to_thread(self._read, name)
        if stored is not None:
            try:
                return read_loop(stored, options.frame_rate)
            except (UnsuitableVideo, ValueError):
                logger.warning("prepared video unusable, it is made anew: name=%s", name)
        began_s = time.monotonic()
        data = await encode_loop(options)
        loop = read_loop(data, options.frame_rate)
        logger.info("video prepared: name=%s seconds=%.1f", name, time.monotonic() - began_s)
        await asyncio.to_thread(self._write, name, data)
        return loop

    def _read(self, name: str) -> bytes | None:
        try:
            with (self._storage or storages[STORAGE]).open(name) as file:
                data: bytes = file.read()
        except FileNotFoundError:
            return None
        except Exception as error:
            logger.warning("prepared video not read: name=%s error=%s", name, type(error).__name__)
            return None
        return data

    def _write(self, name: str, data: bytes) -> None:
        try:
            (self._storage or storages[STORAGE]).save(name, ContentFile(data))
        except Exception as error:
            logger.warning("prepared video not stored: name=%s error=%s", name, type(error).__name__)


def name_of(options: LoopOptions) -> str:
    """Return the name of a prepared video in the store."""
    content = repr((VERSION, sorted(asdict(options).items())))
    return f"{hashlib.sha256(content.encode()).hexdigest()[:32]}.flv"
