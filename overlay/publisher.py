"""Sends what the pages of an overlay show and play; nothing else sends to their group."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from overlay.connection import wire
from overlay.connection.lease_fence import NO_LEASE
from overlay.connection.state import StateStore
from overlay.errors import OverlayUnreachable
from overlay.layout import Layout
from overlay.orders.order import Order, OrderKind
from providers.channel_groups import encode_group_message
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
    misses nothing; both go to Redis in one round trip. Every method raises `OverlayUnreachable` within
    `TIMEOUT_S` if Redis does not answer. A mute drops all audio that is under way: no `cut` is needed
    before it. `lease` is the number of the lease under which a live speaks: the sockets refuse older ones.
    """

    def __init__(self, overlay_id: UUID, *, redis: Redis, lease: int = NO_LEASE) -> None:
        self._group = overlay_group(overlay_id)
        self._redis = redis
        self._lease = lease
        self._state = StateStore(redis, overlay_id, lease=lease)
        self._speaking: UUID | None = None
        self._position_s = 0.0

    async def begin(
        self, utterance_id: UUID, text: str, language: str = "", first: AudioChunk | None = None
    ) -> None:
        """Announce an utterance whose first sentence is `text`; audio without it is not played.

        `language`: of a sentence that is not in the show's. `first`: the audio's first chunk, sent with it in
        one round trip.
        """
        message: wire.BeginMessage = {"type": "begin", **_words(utterance_id, text, language)}
        async with self._pipeline(transaction=first is None) as pipe:
            self._add_words(pipe, message)
            if first is not None:
                self._add_audio(pipe, self._pack(utterance_id, 0, first))

    async def caption(self, utterance_id: UUID, text: str, at_ms: int, language: str = "") -> None:
        """Announce a further sentence, which starts `at_ms` into the utterance's audio."""
        async with self._pipeline() as pipe:
            self._add_words(pipe, {"type": "caption", **_words(utterance_id, text, language), "at_ms": at_ms})

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        """Send a chunk of the utterance's audio. `sequence` counts from 0."""
        frame = self._pack(utterance_id, sequence, chunk)
        async with self._pipeline(transaction=False) as pipe:
            self._add_audio(pipe, frame)

    async def show_text(self, utterance_id: UUID, text: str, language: str = "") -> None:
        """Show a sentence without audio, for the time that reading it takes."""
        message: wire.MissedMessage = {"type": "missed", **_words(utterance_id, text, language)}
        async with self._pipeline() as pipe:
            self._send(pipe, message)

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        """Announce that all audio was sent, and its total length."""
        message: wire.EndMessage = {"type": "end", "utterance": str(utterance_id), "duration_ms": duration_ms}
        async with self._pipeline() as pipe:
            self._state.add_end(pipe, wire.encode(message), caption_lifetime_ms=duration_ms + CAPTION_REST_MS)
            self._send(pipe, message, of_voice=True)

    async def cut(self, utterance_id: UUID | None = None) -> None:
        """Stop an utterance at once, started or not; None stops all utterances."""
        message: wire.CutMessage = {"type": "cut", "utterance": str(utterance_id) if utterance_id else None}
        async with self._pipeline() as pipe:
            self._state.add_cut(pipe, wire.encode(message))
            self._send(pipe, message)

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show a line of the chat. `kind` is the kind of the live's event."""
        line: wire.OverlayChatLine = {
            "id": line_id,
            "name": name[:MAX_NAME],
            "text": text[:MAX_LINE],
            "kind": kind,
        }
        async with self._pipeline() as pipe:
            self._state.add_line(pipe, line)
            self._send(pipe, {"type": "chat", **line})

    async def retract(self, ids: list[str]) -> None:
        """Remove lines, shown or not."""
        async with _bounded():
            lines = await self._state.find_lines(set(ids))
        async with self._pipeline() as pipe:
            self._state.remove_lines(pipe, lines)
            self._send(pipe, {"type": "retract", "ids": ids})

    async def game(self, state: dict[str, Any]) -> None:
        """Show a game's state (`Games.state`); a quiz's answer is sent only after the end."""
        shown = {name: value for name, value in state.items() if name != "answer"}
        if state.get("phase") == "closed" and "answer" in state:
            shown["answer"] = state["answer"]
        async with self._pipeline() as pipe:
            self._state.set_game(pipe, shown)
            self._send(pipe, {"type": "game", "game": shown})

    async def tally(self, counts: dict[str, int]) -> None:
        """Send the number of events of each kind in this live."""
        async with self._pipeline() as pipe:
            self._state.set_tally(pipe, counts)
            self._send(pipe, {"type": "tally", "counts": counts})

    async def set_layout(self, layout: Layout) -> None:
        """Apply a layout on all open pages."""
        async with self._pipeline() as pipe:
            self._state.set_layout(pipe, layout)
            self._send(pipe, {"type": "layout", "layout": layout})

    async def set_muted(self, muted: bool) -> None:
        """Mute the pages, which drops all audio under way, or unmute them."""
        async with self._pipeline() as pipe:
            self._state.set_muted(pipe, muted)
            self._send(pipe, {"type": "mute", "muted": muted})

    async def set_live(self, live: bool) -> None:
        """Put the pages on air or off air; off air clears the chat and the caption."""
        async with self._pipeline() as pipe:
            self._state.set_live(pipe, live)
            self._send(pipe, {"type": "live", "live": live})

    async def order(self, order: Order) -> None:
        """Send an order to the open pages, and store its effect."""
        async with self._pipeline() as pipe:
            if order.kind is OrderKind.END:
                self._state.set_live(pipe, False)
            else:
                self._state.set_muted(pipe, order.kind is OrderKind.MUTE)
            pipe.publish(*encode_group_message(self._group, order.event))

    async def start_test(self, for_ms: int) -> None:
        """Make the pages look as on air for `for_ms`; a running live is not affected."""
        async with self._pipeline() as pipe:
            self._state.start_test(pipe, for_ms=for_ms)
            self._send(pipe, {"type": "trial", "for_ms": for_ms})

    async def show_test_line(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show a sample chat line without storing it."""
        line: wire.OverlayChatLine = {
            "id": line_id,
            "name": name[:MAX_NAME],
            "text": text[:MAX_LINE],
            "kind": kind,
        }
        async with self._pipeline() as pipe:
            self._send(pipe, {"type": "chat", **line})

    async def show_test_game(self, state: dict[str, Any]) -> None:
        """Show a sample game without storing it."""
        async with self._pipeline() as pipe:
            self._send(pipe, {"type": "game", "game": state})

    async def close_sockets(self) -> None:
        """Close every open page, after its URL has become invalid."""
        async with self._pipeline() as pipe:
            self._publish(pipe, {"type": "overlay.rotated"})

    def _pack(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> bytes:
        if utterance_id != self._speaking:
            self._speaking, self._position_s = utterance_id, 0.0
        position_us, sent_ms = round(self._position_s * 1e6), round(time.time() * 1000)
        self._position_s += chunk.duration_s
        return wire.pack_audio(wire.AudioFrame(utterance_id, sequence, chunk, position_us, sent_ms))

    def _add_words(self, pipe: Pipeline, message: wire.BeginMessage | wire.CaptionMessage) -> None:
        spoken: wire.CaptionText = {"utterance": message["utterance"], "text": message["text"]}
        if "language" in message:
            spoken["language"] = message["language"]
        self._state.add_words(pipe, wire.encode(message), spoken, lifetime_ms=CAPTION_LIFETIME_MS)
        self._send(pipe, message, of_voice=True)

    def _add_audio(self, pipe: Pipeline, frame: bytes) -> None:
        self._state.add_audio(pipe, frame)
        self._publish(pipe, {"type": "overlay.audio", "frame": frame})

    def _send(self, pipe: Pipeline, message: wire.MessageToPage, *, of_voice: bool = False) -> None:
        # Encoded here once, not once per socket. `of_voice`: keeps its order with the audio.
        self._publish(pipe, {"type": "overlay.text", "frame": wire.encode(message), "of_voice": of_voice})

    def _publish(self, pipe: Pipeline, event: dict[str, Any]) -> None:
        pipe.publish(*encode_group_message(self._group, {**event, "lease": self._lease}))

    @contextlib.asynccontextmanager
    async def _pipeline(self, *, transaction: bool = True) -> AsyncIterator[Pipeline]:
        """Yield a pipeline and run it at the end of the `with` block; raise `OverlayUnreachable`."""
        async with _bounded(), self._redis.pipeline(transaction=transaction) as pipe:
            yield pipe
            await pipe.execute()


def _words(utterance_id: UUID, text: str, language: str) -> wire.CaptionText:
    words: wire.CaptionText = {"utterance": str(utterance_id), "text": text[:MAX_SENTENCE]}
    if language:
        words["language"] = language
    return words


@contextlib.asynccontextmanager
async def _bounded() -> AsyncIterator[None]:
    """Limit the wait for Redis and raise its errors as `OverlayUnreachable`."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            yield
    except (RedisError, OSError) as error:
        raise OverlayUnreachable("Redis did not take a message for the overlay.") from error
