"""What the open pages said of a line that was only tried out, on its way to whoever waits for it.

A stream for each line, which only the one who waits makes: what pages say of any other line is not kept.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from providers.redis import async_redis, waiting_redis

KEPT_S = 60
MOST = 50
BLOCK_MS = 500
SILENCE_DB = -55.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one page said. `could_be_heard` is None until it has played the line."""

    phase: str
    could_be_heard: bool | None = None


async def expect(utterance_id: UUID) -> None:
    """Begin to keep what pages say of a line."""
    pipe = async_redis().pipeline()
    pipe.xadd(_key(utterance_id), {"phase": "expected"})
    pipe.expire(_key(utterance_id), KEPT_S)
    await pipe.execute()


async def note(utterance_id: UUID, *, phase: str, played_ms: int | None, level_db: float | None) -> None:
    """Hand on what a page said, if somebody waits for it."""
    is_over = phase != "started"
    silent = played_ms == 0 or (level_db is not None and level_db < SILENCE_DB)
    fields: dict[Any, Any] = {"phase": phase, "heard": "" if not is_over else "no" if silent else "yes"}
    await async_redis().xadd(_key(utterance_id), fields, maxlen=MOST, nomkstream=True)


async def answers_to(utterance_id: UUID) -> AsyncGenerator[Answer | None, None]:
    """Yield what pages say of a line, in order; None whenever half a second brought nothing."""
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
                yield Answer(phase, None if not heard else heard == "yes")


def _key(utterance_id: UUID) -> str:
    return f"livesessions:trying:{utterance_id}"
