"""A worker like `manage.py run_lives` that also writes the lag of its event loop to a file."""

import asyncio
import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import django

django.setup()

from livesessions.worker.worker import serve  # noqa: E402 (needs the apps)

SAMPLE_EVERY_S = 0.01
SAMPLES_A_LINE = 50


async def main(path: Path) -> None:
    """Run the worker until SIGTERM."""
    with path.open("w", encoding="utf-8", buffering=1) as file:
        sampling = asyncio.gather(_sample_lag(file))
        try:
            await serve()
        finally:
            sampling.cancel()
            with suppress(asyncio.CancelledError):
                await sampling


async def _sample_lag(file: TextIO) -> None:
    """Write lines of JSON: the time, and the delays of the last sleeps in milliseconds."""
    while True:
        lags_ms = []
        for _ in range(SAMPLES_A_LINE):
            began_s = time.perf_counter()
            await asyncio.sleep(SAMPLE_EVERY_S)
            lags_ms.append(round((time.perf_counter() - began_s - SAMPLE_EVERY_S) * 1000, 2))
        file.write(json.dumps({"at_s": time.time(), "lags_ms": lags_ms}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
