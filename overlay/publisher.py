"""The only door to the channel layer for the overlay: sends what its pages show and play."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from overlay.connection import wire
from overlay.connection.state import StateStore
from overlay.errors import OverlayUnreachable
from overlay.layout import Layout
from speech.stage.audio import AudioChunk

# The Redis clients would retry for longer, until the host's reply is out of date.
TIMEOUT_S = 1.0
MAX_NAME = 60
MAX_LINE = 500
MAX_SENTENCE = 1_000
CAPTION_LIFETIME_MS = 30_000
CAPTION_REST_MS = 1_000


def overlay_group(overlay_id: UUID) -> str:
    """Return the name of the group of all sockets open on an overlay."""
    return f"overlay.{overlay_id}"


class OverlayPublisher:
    """Sends messages to the pages of one overlay and stores the state for pages that connect later.

    The state is stored before the message is sent, so that a page which subscribes and then reads the state
    misses nothing. Every method raises `OverlayUnreachable` within `TIMEOUT_S` if Redis does not answer. A
    mute drops all audio that is under way: no `cut` is needed before it.
    """

    def __init__(self, overlay_id: UUID, *, redis: Redis) -> None:
        self._group = overlay_group(overlay_id)
        self._state = StateStore(redis, overlay_id)
        self._speaking: UUID | None = None
        self._position_s = 0.0

    async def begin(self, utterance_id: UUID, text: str) -> None:
        """Announce an utterance whose first sentence is `text`; audio without it is not played."""
        text = text[:MAX_SENTENCE]
        await self._send_words({"type": "begin", "utterance": str(utterance_id), "text": text})

    async def caption(self, utterance_id: UUID, text: str, at_ms: int) -> None:
        """Announce a further sentence, which starts `at_ms` into the utterance's audio."""
        text = text[:MAX_SENTENCE]
        await self._send_words(
            {"type": "caption", "utterance": str(utterance_id), "text": text, "at_ms": at_ms}
        )

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        """Send a chunk of the utterance's audio. `sequence` counts from 0. Two round trips."""
        frame = self._pack(utterance_id, sequence, chunk)
        async with _bounded():
            await self._state.add_audio(frame)
            await get_channel_layer().group_send(self._group, {"type": "overlay.audio", "frame": frame})

    async def show_text(self, utterance_id: UUID, text: str) -> None:
        """Show a sentence without audio, for the time that reading it takes."""
        message: wire.MissedMessage = {
            "type": "missed",
            "utterance": str(utterance_id),
            "text": text[:MAX_SENTENCE],
        }
        async with _bounded():
            await self._send(message)

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        """Announce that all audio was sent, and its total length."""
        message: wire.EndMessage = {"type": "end", "utterance": str(utterance_id), "duration_ms": duration_ms}
        async with _bounded():
            await self._state.add_end(wire.encode(message), caption_lifetime_ms=duration_ms + CAPTION_REST_MS)
            await self._send(message, of_voice=True)

    async def cut(self, utterance_id: UUID | None = None) -> None:
        """Stop an utterance at once, started or not; None stops all utterances."""
        message: wire.CutMessage = {"type": "cut", "utterance": str(utterance_id) if utterance_id else None}
        async with _bounded():
            await self._state.add_cut(wire.encode(message))
            await self._send(message)

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show a line of the chat. `kind` is the kind of the live's event."""
        line: wire.OverlayChatLine = {
            "id": line_id,
            "name": name[:MAX_NAME],
            "text": text[:MAX_LINE],
            "kind": kind,
        }
        async with _bounded():
            await self._state.add_line(line)
            await self._send({"type": "chat", **line})

    async def retract(self, ids: list[str]) -> None:
        """Remove lines, shown or not."""
        async with _bounded():
            await self._state.remove_lines(set(ids))
            await self._send({"type": "retract", "ids": ids})

    async def game(self, state: dict[str, Any]) -> None:
        """Show a game's state (`Games.state`); a quiz's answer is sent only after the end."""
        shown = {name: value for name, value in state.items() if name != "answer"}
        if state.get("phase") == "closed" and "answer" in state:
            shown["answer"] = state["answer"]
        async with _bounded():
            await self._state.set_game(shown)
            await self._send({"type": "game", "game": shown})

    async def tally(self, counts: dict[str, int]) -> None:
        """Send the number of events of each kind in this live."""
        async with _bounded():
            await self._state.set_tally(counts)
            await self._send({"type": "tally", "counts": counts})

    async def set_layout(self, layout: Layout) -> None:
        """Apply a layout on all open pages."""
        async with _bounded():
            await self._state.set_layout(layout)
            await self._send({"type": "layout", "layout": layout})

    async def set_muted(self, muted: bool) -> None:
        """Mute the pages, which drops all audio under way, or unmute them."""
        async with _bounded():
            await self._state.set_muted(muted)
            await self._send({"type": "mute", "muted": muted})

    async def set_live(self, live: bool) -> None:
        """Put the pages on air or off air; off air clears the chat and the caption."""
        async with _bounded():
            await self._state.set_live(live)
            await self._send({"type": "live", "live": live})

    async def start_test(self, for_ms: int) -> None:
        """Make the pages look as on air for `for_ms`; a running live is not affected."""
        async with _bounded():
            await self._state.start_test(for_ms=for_ms)
            await self._send({"type": "trial", "for_ms": for_ms})

    async def show_test_line(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show a sample chat line without storing it."""
        line: wire.OverlayChatLine = {
            "id": line_id,
            "name": name[:MAX_NAME],
            "text": text[:MAX_LINE],
            "kind": kind,
        }
        async with _bounded():
            await self._send({"type": "chat", **line})

    async def show_test_game(self, state: dict[str, Any]) -> None:
        """Show a sample game without storing it."""
        async with _bounded():
            await self._send({"type": "game", "game": state})

    async def close_sockets(self) -> None:
        """Close every open page, after its URL has become invalid."""
        async with _bounded():
            await get_channel_layer().group_send(self._group, {"type": "overlay.rotated"})

    def _pack(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> bytes:
        if utterance_id != self._speaking:
            self._speaking, self._position_s = utterance_id, 0.0
        position_us, sent_ms = round(self._position_s * 1e6), round(time.time() * 1000)
        self._position_s += chunk.duration_s
        return wire.pack_audio(wire.AudioFrame(utterance_id, sequence, chunk, position_us, sent_ms))

    async def _send_words(self, message: wire.BeginMessage | wire.CaptionMessage) -> None:
        spoken: wire.CaptionText = {"utterance": message["utterance"], "text": message["text"]}
        async with _bounded():
            await self._state.add_words(wire.encode(message), spoken, lifetime_ms=CAPTION_LIFETIME_MS)
            await self._send(message, of_voice=True)

    async def _send(self, message: wire.MessageToPage, *, of_voice: bool = False) -> None:
        # Encoded here once, not once per socket. `of_voice`: keeps its order with the audio.
        event = {"type": "overlay.text", "frame": wire.encode(message), "of_voice": of_voice}
        await get_channel_layer().group_send(self._group, event)


@contextlib.asynccontextmanager
async def _bounded() -> AsyncIterator[None]:
    """Limit the wait for Redis and raise its errors as `OverlayUnreachable`."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            yield
    except (RedisError, OSError) as error:
        raise OverlayUnreachable("Redis did not take a message for the overlay.") from error
