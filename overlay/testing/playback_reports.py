"""Passes the reports of overlay pages about a test line to the request that waits for them.

Each test line has a Redis stream, which the waiting request creates. Reports about other lines have no
stream and are dropped.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from providers.redis import async_redis, waiting_redis

TTL_S = 60
MAX_REPORTS = 50
BLOCK_MS = 500
SILENCE_DB = -55.0


@dataclass(frozen=True, slots=True)
class PlaybackReport:
    """One page's report. `audible` is None until the page has played the line."""

    phase: str
    audible: bool | None = None


async def open_reports(utterance_id: UUID) -> None:
    """Create the stream for the reports about a line."""
    pipe = async_redis().pipeline()
    pipe.xadd(_key(utterance_id), {"phase": "expected"})
    pipe.expire(_key(utterance_id), TTL_S)
    await pipe.execute()


async def add_report(
    utterance_id: UUID, *, phase: str, played_ms: int | None, level_db: float | None
) -> None:
    """Add a page's report to the line's stream, if there is one."""
    has_ended = phase != "started"
    is_silent = played_ms == 0 or (level_db is not None and level_db < SILENCE_DB)
    fields: dict[Any, Any] = {"phase": phase, "heard": "" if not has_ended else "no" if is_silent else "yes"}
    await async_redis().xadd(_key(utterance_id), fields, maxlen=MAX_REPORTS, nomkstream=True)


async def read_reports(utterance_id: UUID) -> AsyncGenerator[PlaybackReport | None, None]:
    """Yield the reports about a line in order; None after each `BLOCK_MS` without one."""
    last = "0"
    while True:
        read: Any = await waiting_redis().xread({_key(utterance_id): last}, block=BLOCK_MS)
        entries = read[0][1] if read else []
        if not entries:
            yield None
        for entry_id, fields in entries:
            last = entry_id
            heard = fields[b"heard"].decode() if b"heard" in fields else ""
            if (phase := fields[b"phase"].decode()) != "expected":
                yield PlaybackReport(phase, None if not heard else heard == "yes")


def _key(utterance_id: UUID) -> str:
    return f"livesessions:overlay-test:{utterance_id}"
