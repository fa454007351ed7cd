"""Brings the commands that views send through Redis to the lives of this worker."""

import asyncio
import logging
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from livesessions.commands import Command, CommandKind, channel_of
from livesessions.pipeline.live import Live

logger = logging.getLogger(__name__)

WAITING_COMMANDS = 1_000
RETRY_S = 0.5
POLL_S = 1.0
KEEP_ALIVE_CHANNEL = "livesessions:workers"  # a subscription that is always there keeps the connection open


class CommandListener:
    """One Redis subscription for all lives of a worker; it comes back by itself when Redis does."""

    def __init__(self, redis: Redis) -> None:
        self._subscription = redis.pubsub(ignore_subscribe_messages=True)
        self._queues: dict[str, asyncio.Queue[Command]] = {}
        # Two first subscriptions at once would open two connections, and one of them would go unheard.
        self._connected = asyncio.Event()

    async def follow(self, session_id: str) -> "asyncio.Queue[Command]":
        """Begin to gather a session's commands, and return the queue they come in by."""
        channel = channel_of(session_id)
        queue = self._queues[channel] = asyncio.Queue(WAITING_COMMANDS)
        await self._connected.wait()
        await self._subscription.subscribe(channel)
        return queue

    async def unfollow(self, session_id: str) -> None:
        channel = channel_of(session_id)
        del self._queues[channel]
        await self._subscription.unsubscribe(channel)

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            while True:
                try:
                    await self._listen()
                except (RedisError, OSError):
                    logger.warning("commands unreachable, trying again")
                    await asyncio.sleep(RETRY_S)
        finally:
            await self._subscription.aclose()  # type: ignore[no-untyped-call]

    async def _listen(self) -> None:
        if not self._subscription.subscribed:
            await self._subscription.subscribe(KEEP_ALIVE_CHANNEL)
        self._connected.set()
        while True:
            message = await self._subscription.get_message(timeout=POLL_S)
            if message is not None and message["type"] == "message":
                self._deliver(message["channel"].decode(), message["data"])

    def _deliver(self, channel: str, data: bytes) -> None:
        queue = self._queues.get(channel)
        if queue is None:
            return
        try:
            queue.put_nowait(Command.from_json(data))
        except (ValueError, TypeError, KeyError, asyncio.QueueFull):
            logger.warning("command dropped: channel=%s", channel)


async def obey(live: Live, commands: "asyncio.Queue[Command]") -> None:
    """Have a live do what comes in, until cancelled."""
    while True:
        command = await commands.get()
        if command.kind is CommandKind.STOP:
            live.stop()
        elif command.kind in (CommandKind.MUTE, CommandKind.UNMUTE):
            await live.set_muted(command.kind is CommandKind.MUTE)
        elif command.kind is CommandKind.SKIP:
            live.skip()
        elif command.kind is CommandKind.SAY:
            live.say(command.text)
        else:
            live.heard(UUID(command.utterance_id), ended=command.phase == "ended")
