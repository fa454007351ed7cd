"""Stores an overlay's current state in Redis, for pages that connect later."""

import json
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from overlay.connection.lease_fence import NO_LEASE, LeaseFence
from overlay.connection.replay_buffer import Frame, ReplayBuffer, SentUtterance
from overlay.connection.wire import CaptionText, OverlayChatLine, OverlayStateMessage
from overlay.layout import Layout

LIFETIME_S = 86_400  # chat is personal data: it expires a day after the last write
MAX_LINES = 30
TRUE = ("1", b"1")  # with and without `decode_responses`


class StateStore:
    """One overlay's state: flags in a hash, lines in a list, the caption under an expiring key.

    It also holds the replay buffer. The methods that write add their commands to a pipeline, which the caller
    runs; the others need one round trip each. Redis errors are not caught.
    """

    def __init__(self, redis: Redis, overlay_id: UUID, *, lease: int = NO_LEASE) -> None:
        self._redis = redis
        self._lease = lease
        self._flags = f"overlay:{overlay_id}:flags"
        self._lines = f"overlay:{overlay_id}:lines"
        self._caption = f"overlay:{overlay_id}:caption"
        self._game = f"overlay:{overlay_id}:game"
        self._tally = f"overlay:{overlay_id}:tally"
        self._layout = f"overlay:{overlay_id}:layout"
        self._test = f"overlay:{overlay_id}:trial"
        self._replay = ReplayBuffer(redis, overlay_id)

    async def read(self, fence: LeaseFence) -> OverlayStateMessage:
        """Return the state, without the caption of a lease that `fence` refuses."""
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
            "caption": _admitted_caption(caption, fence),
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

    def set_live(self, pipe: Pipeline, live: bool) -> None:
        """Store whether the live is on air; the end of a live deletes its chat."""
        pipe.hset(self._flags, "live", int(live))
        pipe.expire(self._flags, LIFETIME_S)
        if not live:
            pipe.delete(self._lines, self._caption, self._game, self._tally)
            self._replay.clear(pipe)

    def set_game(self, pipe: Pipeline, game: dict[str, Any]) -> None:
        pipe.set(self._game, json.dumps(game), ex=LIFETIME_S)

    def set_tally(self, pipe: Pipeline, counts: dict[str, int]) -> None:
        pipe.set(self._tally, json.dumps(counts), ex=LIFETIME_S)

    def set_layout(self, pipe: Pipeline, layout: Layout) -> None:
        """Store a changed layout for pages that were away; other pages have it from the row."""
        pipe.set(self._layout, json.dumps(layout), ex=LIFETIME_S)

    def start_test(self, pipe: Pipeline, *, for_ms: int) -> None:
        pipe.set(self._test, "1", px=for_ms)

    def set_muted(self, pipe: Pipeline, muted: bool) -> None:
        pipe.hset(self._flags, "muted", int(muted))
        pipe.expire(self._flags, LIFETIME_S)
        pipe.delete(self._caption)
        self._replay.clear(pipe)

    def add_line(self, pipe: Pipeline, line: OverlayChatLine) -> None:
        pipe.rpush(self._lines, json.dumps(line))
        pipe.ltrim(self._lines, -MAX_LINES, -1)
        pipe.expire(self._lines, LIFETIME_S)
        pipe.expire(self._flags, LIFETIME_S)

    async def find_lines(self, ids: set[str]) -> list[Any]:
        """Return the stored lines with these ids, as `remove_lines` takes them."""
        lines: list[Any] = await self._redis.lrange(self._lines, 0, -1)
        return [line for line in lines if json.loads(line)["id"] in ids]

    def remove_lines(self, pipe: Pipeline, lines: list[Any]) -> None:
        """Remove lines by value, since others may arrive meanwhile."""
        for line in lines:
            pipe.lrem(self._lines, 0, line)

    async def read_replay(self, fence: LeaseFence) -> list[SentUtterance]:
        return await self._replay.read(fence.admits)

    def add_words(self, pipe: Pipeline, frame: Frame, caption: CaptionText, *, lifetime_ms: int) -> None:
        pipe.set(self._caption, json.dumps({**caption, "lease": self._lease}), px=lifetime_ms)
        self._replay.add(pipe, frame, self._lease)

    def add_audio(self, pipe: Pipeline, frame: Frame) -> None:
        self._replay.add(pipe, frame, self._lease)

    def add_end(self, pipe: Pipeline, frame: Frame, *, caption_lifetime_ms: int) -> None:
        pipe.pexpire(self._caption, caption_lifetime_ms)
        self._replay.add(pipe, frame, self._lease)

    def add_cut(self, pipe: Pipeline, frame: Frame) -> None:
        pipe.delete(self._caption)
        self._replay.add(pipe, frame, self._lease)


def _admitted_caption(stored: str | bytes | None, fence: LeaseFence) -> CaptionText | None:
    if not stored:
        return None
    caption = json.loads(stored)
    if not fence.admits(caption.get("lease", NO_LEASE)):
        return None
    words: CaptionText = {"utterance": caption["utterance"], "text": caption["text"]}
    if "language" in caption:
        words["language"] = caption["language"]
    return words
