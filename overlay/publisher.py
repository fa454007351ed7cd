"""The only door to the channel layer for the overlay: what a page shall show and play goes through here."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from overlay import wire
from overlay.errors import OverlayUnreachable
from overlay.layout import Layout
from overlay.state import StateStore
from speech.stage.audio import AudioChunk

# The clients below retry for much longer by themselves; a host that waits for that has lost its moment.
TIMEOUT_S = 1.0
MAX_NAME = 60
MAX_LINE = 500
MAX_SENTENCE = 1_000
CAPTION_LIFETIME_MS = 30_000
CAPTION_REST_MS = 1_000


def overlay_group(overlay_id: UUID) -> str:
    """The group of all sockets that are open on an overlay."""
    return f"overlay.{overlay_id}"


class OverlayPublisher:
    """Tells the pages of one overlay what to show and play, and keeps the state for those that connect later.

    State is written before the message goes out, so that a page which subscribes and then reads the state
    misses nothing. Every method raises `OverlayUnreachable` within `TIMEOUT_S` when Redis does not answer.
    Muted pages forget what they were playing: nothing needs to be cut before a mute.
    """

    def __init__(self, overlay_id: UUID, *, redis: Redis) -> None:
        self._group = overlay_group(overlay_id)
        self._state = StateStore(redis, overlay_id)
        self._speaking: UUID | None = None
        self._position_s = 0.0

    async def begin(self, utterance_id: UUID, text: str) -> None:
        """Announce an utterance whose first sentence is `text`; audio without it is not played."""
        text = text[:MAX_SENTENCE]
        await self._say_words({"type": "begin", "utterance": str(utterance_id), "text": text})

    async def caption(self, utterance_id: UUID, text: str, at_ms: int) -> None:
        """Announce a further sentence, which starts `at_ms` into the utterance's audio."""
        text = text[:MAX_SENTENCE]
        await self._say_words(
            {"type": "caption", "utterance": str(utterance_id), "text": text, "at_ms": at_ms}
        )

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        """Send a stretch of the utterance's voice. `sequence` counts from 0. Two round trips."""
        frame = self._pack(utterance_id, sequence, chunk)
        async with _reaching():
            await self._state.add_audio(frame)
            await get_channel_layer().group_send(self._group, {"type": "overlay.audio", "frame": frame})

    async def show_text(self, utterance_id: UUID, text: str) -> None:
        """Show a sentence that nobody can voice, for as long as it takes to read."""
        message: wire.Missed = {
            "type": "missed",
            "utterance": str(utterance_id),
            "text": text[:MAX_SENTENCE],
        }
        async with _reaching():
            await self._send(message)

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        """Say that all audio was sent, and how long it plays in all."""
        message: wire.End = {"type": "end", "utterance": str(utterance_id), "duration_ms": duration_ms}
        async with _reaching():
            await self._state.add_end(wire.encode(message), caption_lifetime_ms=duration_ms + CAPTION_REST_MS)
            await self._send(message, of_voice=True)

    async def cut(self, utterance_id: UUID | None = None) -> None:
        """Silence an utterance at once, also one that has not begun; None: whatever plays or waits."""
        message: wire.Cut = {"type": "cut", "utterance": str(utterance_id) if utterance_id else None}
        async with _reaching():
            await self._state.add_cut(wire.encode(message))
            await self._send(message)

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show a line of the chat. `kind` says what happened, in the words of the live's events."""
        line: wire.Line = {"id": line_id, "name": name[:MAX_NAME], "text": text[:MAX_LINE], "kind": kind}
        async with _reaching():
            await self._state.add_line(line)
            await self._send({"type": "chat", **line})

    async def retract(self, ids: list[str]) -> None:
        """Take lines away, shown or not."""
        async with _reaching():
            await self._state.remove_lines(set(ids))
            await self._send({"type": "retract", "ids": ids})

    async def game(self, state: dict[str, Any]) -> None:
        """Show how a game stands, as `Games.state` tells it; the answer to a quiz only when it is over."""
        shown = {name: value for name, value in state.items() if name != "answer"}
        if state.get("phase") == "closed" and "answer" in state:
            shown["answer"] = state["answer"]
        async with _reaching():
            await self._state.set_game(shown)
            await self._send({"type": "game", "game": shown})

    async def tally(self, counts: dict[str, int]) -> None:
        """Say how many of each kind of event this live has had."""
        async with _reaching():
            await self._state.set_tally(counts)
            await self._send({"type": "tally", "counts": counts})

    async def set_layout(self, layout: Layout) -> None:
        """Arrange the pages anew, at once."""
        async with _reaching():
            await self._state.set_layout(layout)
            await self._send({"type": "layout", "layout": layout})

    async def set_muted(self, muted: bool) -> None:
        """Silence the pages, which drop all that is under way, or let them speak again."""
        async with _reaching():
            await self._state.set_muted(muted)
            await self._send({"type": "mute", "muted": muted})

    async def set_live(self, live: bool) -> None:
        """Go on air, or off; off takes the chat and the caption away."""
        async with _reaching():
            await self._state.set_live(live)
            await self._send({"type": "live", "live": live})

    async def begin_trial(self, for_ms: int) -> None:
        """Have the pages look for so long as if they were on air; those of a live that runs do not notice."""
        async with _reaching():
            await self._state.begin_trial(for_ms=for_ms)
            await self._send({"type": "trial", "for_ms": for_ms})

    async def try_line(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show a line that nobody wrote: pages which connect later never see it."""
        line: wire.Line = {"id": line_id, "name": name[:MAX_NAME], "text": text[:MAX_LINE], "kind": kind}
        async with _reaching():
            await self._send({"type": "chat", **line})

    async def try_game(self, state: dict[str, Any]) -> None:
        """Show a game that nobody plays, as `game` does, and keep nothing of it."""
        async with _reaching():
            await self._send({"type": "game", "game": state})

    async def close_sockets(self) -> None:
        """Throw out every page that came in by an address which is no longer valid."""
        async with _reaching():
            await get_channel_layer().group_send(self._group, {"type": "overlay.rotated"})

    def _pack(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> bytes:
        if utterance_id != self._speaking:
            self._speaking, self._position_s = utterance_id, 0.0
        position_us, sent_ms = round(self._position_s * 1e6), round(time.time() * 1000)
        self._position_s += chunk.duration_s
        return wire.pack_audio(wire.AudioFrame(utterance_id, sequence, chunk, position_us, sent_ms))

    async def _say_words(self, message: wire.Begin | wire.Caption) -> None:
        spoken: wire.Spoken = {"utterance": message["utterance"], "text": message["text"]}
        async with _reaching():
            await self._state.add_words(wire.encode(message), spoken, lifetime_ms=CAPTION_LIFETIME_MS)
            await self._send(message, of_voice=True)

    async def _send(self, message: wire.ToPage, *, of_voice: bool = False) -> None:
        # Encoded here once, not once a socket. What belongs to the voice must not overtake it.
        event = {"type": "overlay.text", "frame": wire.encode(message), "of_voice": of_voice}
        await get_channel_layer().group_send(self._group, event)


@contextlib.asynccontextmanager
async def _reaching() -> AsyncIterator[None]:
    """Bound the wait for Redis, and turn its errors into the overlay's own."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            yield
    except (RedisError, OSError) as error:
        raise OverlayUnreachable("Redis did not take a message for the overlay.") from error
