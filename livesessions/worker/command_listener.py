"""Receives commands from Redis and applies them to the lives of this worker."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chatsources.events import LiveEvent
from chatsources.inbound_events import event_from_json
from encoder.broadcast.broadcast import Broadcast
from livesessions.pipeline.live import Live
from livesessions.worker.commands import (
    WORKERS_CHANNEL,
    AnswerMessage,
    Approve,
    Command,
    EndGame,
    Mute,
    PauseHost,
    PinMessage,
    Reject,
    ReloadRules,
    RemoveTurn,
    RenewStream,
    ReportPlayback,
    ResumeHost,
    Say,
    SetViewerRole,
    Skip,
    StartPoll,
    StartQuiz,
    Stop,
    Unmute,
    UnpinMessage,
    WatchQueue,
    command_channel,
    decode_command,
    playback_channel,
)

logger = logging.getLogger(__name__)

MAX_QUEUED_COMMANDS = 1_000
RETRY_S = 0.5
POLL_S = 1.0


class CommandListener:
    """One Redis subscription for all lives of a worker; it reconnects by itself.

    - `on_call` is called when all workers must search for available sessions.
    - `on_reconnect` is called after a gap in the subscription, in which commands may have been lost.
    """

    def __init__(
        self, redis: Redis, *, on_call: Callable[[], None], on_reconnect: Callable[[], None]
    ) -> None:
        self._subscription = redis.pubsub()
        # Two that subscribe at once would open a connection each, and one of them would be lost.
        self._subscribing = asyncio.Lock()
        self._queues: dict[str, asyncio.Queue[Command]] = {}  # by channel
        self._on_call = on_call
        self._on_reconnect = on_reconnect
        self._has_subscribed = False

    async def subscribe(self, session_id: str) -> "asyncio.Queue[Command]":
        """Subscribe to a session's commands and return the queue that receives them."""
        queue: asyncio.Queue[Command] = asyncio.Queue(MAX_QUEUED_COMMANDS)
        await self._subscribe(command_channel(session_id), queue)
        return queue

    async def subscribe_to_playback(self, overlay_id: UUID, queue: "asyncio.Queue[Command]") -> None:
        """Put the playback reports of an overlay's pages into the same queue."""
        await self._subscribe(playback_channel(overlay_id), queue)

    async def unsubscribe(self, queue: "asyncio.Queue[Command]") -> None:
        """End all subscriptions of a queue."""
        for channel in [name for name, filled in self._queues.items() if filled is queue]:
            del self._queues[channel]
            with suppress(RedisError, OSError):
                async with self._subscribing:
                    await self._subscription.unsubscribe(channel)

    async def _subscribe(self, channel: str, queue: "asyncio.Queue[Command]") -> None:
        self._queues[channel] = queue
        with suppress(RedisError, OSError):  # `run` subscribes again when Redis is back
            async with self._subscribing:
                await self._subscription.subscribe(channel)

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            while True:
                try:
                    await self._listen()
                except (RedisError, OSError):
                    logger.warning("commands unreachable, retrying")
                    await asyncio.sleep(RETRY_S)
        finally:
            await self._subscription.aclose()  # type: ignore[no-untyped-call]

    async def _listen(self) -> None:
        # The workers' channel is always subscribed, so the connection stays open without any session.
        async with self._subscribing:
            await self._subscription.subscribe(WORKERS_CHANNEL, *self._queues)
        while True:
            message = await self._subscription.get_message(timeout=POLL_S)
            if message is not None:
                self._receive(message["type"], message["channel"].decode(), message["data"])

    def _receive(self, kind: str, channel: str, data: Any) -> None:
        if channel != WORKERS_CHANNEL:
            if kind == "message":
                self._enqueue(channel, data)
        elif kind == "message":
            self._on_call()
        elif kind == "subscribe":
            # The client subscribes again by itself after each broken connection.
            if self._has_subscribed:
                self._on_reconnect()
            self._has_subscribed = True

    def _enqueue(self, channel: str, data: bytes) -> None:
        queue = self._queues.get(channel)
        if queue is None:
            return
        try:
            queue.put_nowait(decode_command(data))
        except (ValueError, TypeError, KeyError, asyncio.QueueFull):
            logger.warning("command dropped: channel=%s", channel)


async def apply_commands(
    live: Live,
    commands: "asyncio.Queue[Command]",
    *,
    on_new_rules: Callable[[], None],
    broadcast: Broadcast | None = None,
) -> None:
    """Apply each command to a live and its stream, in order, until cancelled.

    `on_new_rules` must return at once.
    """
    while True:
        command = await commands.get()
        match command:
            case ReloadRules():
                on_new_rules()
            case RenewStream() if broadcast is not None:
                broadcast.renew()
            case WatchQueue() if broadcast is not None:
                broadcast.watch()
        await _apply(live, command)


async def _apply(live: Live, command: Command) -> None:
    match command:
        case Stop():
            live.stop()
        case Mute():
            await live.set_muted(True)
        case Unmute():
            await live.set_muted(False)
        case Skip():
            live.skip()
        case Say(text, reply_id):
            live.say(text, reply_id)
        case Approve(reply_id, text):
            live.approve(reply_id, text)
        case Reject(reply_id):
            live.reject(reply_id)
        case PauseHost():
            live.set_paused(True)
        case ResumeHost():
            live.set_paused(False)
        case AnswerMessage(message_id, event):
            live.queue.answer(message_id, _stored(event))
        case PinMessage(message_id, event):
            live.queue.pin(message_id, _stored(event))
        case UnpinMessage(message_id):
            live.queue.unpin(message_id)
        case RemoveTurn(message_id):
            live.queue.remove(message_id)
        case WatchQueue():
            live.queue.watch()
        case SetViewerRole(viewer_hash, role):
            live.set_viewer_role(viewer_hash, role)
        case StartQuiz():
            live.games.start_quiz()
        case StartPoll(question, options):
            live.games.start_poll(question, options)
        case EndGame():
            live.games.end_game()
        case ReportPlayback(utterance_id, ended, level_db, underruns):
            live.report_playback(utterance_id, ended=ended, level_db=level_db, underruns=underruns)


def _stored(event: str) -> LiveEvent | None:
    """Return a command's message; None for one that this release cannot read."""
    try:
        return event_from_json(event) if event else None
    except (KeyError, TypeError, ValueError):
        logger.warning("message of a command not understood")
        return None
