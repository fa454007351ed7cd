"""Stores an overlay's current state in Redis, for pages that connect later."""

import json
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from overlay.connection.replay_buffer import Frame, ReplayBuffer, SentUtterance
from overlay.connection.wire import CaptionText, OverlayChatLine, OverlayStateMessage
from overlay.layout import Layout

LIFETIME_S = 86_400  # chat is personal data: it expires a day after the last write
MAX_LINES = 30
TRUE = ("1", b"1")  # with and without `decode_responses`


class StateStore:
    """One overlay's state: flags in a hash, lines in a list, the caption under an expiring key.

    It also holds the replay buffer. Each method but `remove_lines` needs one round trip. Redis errors are not
    caught.
    """

    def __init__(self, redis: Redis, overlay_id: UUID) -> None:
        self._redis = redis
        self._flags = f"overlay:{overlay_id}:flags"
        self._lines = f"overlay:{overlay_id}:lines"
        self._caption = f"overlay:{overlay_id}:caption"
        self._game = f"overlay:{overlay_id}:game"
        self._tally = f"overlay:{overlay_id}:tally"
        self._layout = f"overlay:{overlay_id}:layout"
        self._test = f"overlay:{overlay_id}:trial"
        self._replay = ReplayBuffer(redis, overlay_id)

    async def read(self) -> OverlayStateMessage:
        pipe = self._redis.pipeline()
        pipe.hmget(self._flags, ["live", "muted"])
        pipe.lrange(self._lines, 0, -1)
        pipe.get(self._caption)
        pipe.pttl(self._test)
        pipe.mget(self._game, self._tally, self._layout)
        (live, muted), lines, caption, trial_ms, (game, tally, layout) = await pipe.execute()
        state: OverlayStateMessage = {
            "type": "state",
            "live": live in TRUE,
            "muted": muted in TRUE,
            "lines": [json.loads(line) for line in lines],
            "caption": json.loads(caption) if caption else None,
        }
        if trial_ms > 0:
            state["trial_ms"] = trial_ms
        if game:
            state["game"] = json.loads(game)
        if tally:
            state["tally"] = json.loads(tally)
        if layout:
            state["layout"] = json.loads(layout)
        return state

    async def set_live(self, live: bool) -> None:
        """Store whether the live is on air; the end of a live deletes its chat."""
        pipe = self._redis.pipeline()
        pipe.hset(self._flags, "live", int(live))
        pipe.expire(self._flags, LIFETIME_S)
        if not live:
            pipe.delete(self._lines, self._caption, self._game, self._tally)
            self._replay.clear(pipe)
        await pipe.execute()

    async def set_game(self, game: dict[str, Any]) -> None:
        await self._redis.set(self._game, json.dumps(game), ex=LIFETIME_S)

    async def set_tally(self, counts: dict[str, int]) -> None:
        await self._redis.set(self._tally, json.dumps(counts), ex=LIFETIME_S)

    async def set_layout(self, layout: Layout) -> None:
        """Store a changed layout for pages that were away; other pages have it from the row."""
        await self._redis.set(self._layout, json.dumps(layout), ex=LIFETIME_S)

    async def start_test(self, *, for_ms: int) -> None:
        await self._redis.set(self._test, "1", px=for_ms)

    async def set_muted(self, muted: bool) -> None:
        pipe = self._redis.pipeline()
        pipe.hset(self._flags, "muted", int(muted))
        pipe.expire(self._flags, LIFETIME_S)
        pipe.delete(self._caption)
        self._replay.clear(pipe)
        await pipe.execute()

    async def add_line(self, line: OverlayChatLine) -> None:
        pipe = self._redis.pipeline()
        pipe.rpush(self._lines, json.dumps(line))
        pipe.ltrim(self._lines, -MAX_LINES, -1)
        pipe.expire(self._lines, LIFETIME_S)
        pipe.expire(self._flags, LIFETIME_S)
        await pipe.execute()

    async def remove_lines(self, ids: set[str]) -> None:
        """Remove lines by id. Two round trips.

        Lines are removed by value, since others may arrive meanwhile.
        """
        lines = await self._redis.lrange(self._lines, 0, -1)
        pipe = self._redis.pipeline()
        for line in lines:
            if json.loads(line)["id"] in ids:
                pipe.lrem(self._lines, 0, line)  # type: ignore[arg-type]
        await pipe.execute()

    async def read_replay(self) -> list[SentUtterance]:
        return await self._replay.read()

    async def add_words(self, frame: Frame, caption: CaptionText, *, lifetime_ms: int) -> None:
        pipe = self._redis.pipeline()
        pipe.set(self._caption, json.dumps(caption), px=lifetime_ms)
        self._replay.add(pipe, frame)
        await pipe.execute()

    async def add_audio(self, frame: Frame) -> None:
        pipe = self._redis.pipeline(transaction=False)
        self._replay.add(pipe, frame)
        await pipe.execute()

    async def add_end(self, frame: Frame, *, caption_lifetime_ms: int) -> None:
        pipe = self._redis.pipeline()
        pipe.pexpire(self._caption, caption_lifetime_ms)
        self._replay.add(pipe, frame)
        await pipe.execute()

    async def add_cut(self, frame: Frame) -> None:
        pipe = self._redis.pipeline()
        pipe.delete(self._caption)
        self._replay.add(pipe, frame)
        await pipe.execute()
