"""Brings the commands that views send through Redis to the lives of this worker."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from livesessions.pipeline.live import Live
from livesessions.worker.commands import WORKERS_CHANNEL, Command, CommandKind, GameAction, channel_of

logger = logging.getLogger(__name__)

WAITING_COMMANDS = 1_000
RETRY_S = 0.5
POLL_S = 1.0


class CommandListener:
    """One Redis subscription for all lives of a worker; it comes back by itself when Redis does.

    `on_call` is called when somebody wants all workers to look around, `on_return` when the subscription is
    back after a gap, in which commands may have been lost.
    """

    def __init__(self, redis: Redis, *, on_call: Callable[[], None], on_return: Callable[[], None]) -> None:
        self._subscription = redis.pubsub()
        self._queues: dict[str, asyncio.Queue[Command]] = {}
        self._on_call = on_call
        self._on_return = on_return
        self._was_there = False

    async def follow(self, session_id: str) -> "asyncio.Queue[Command]":
        """Begin to gather a session's commands, and return the queue they come in by."""
        channel = channel_of(session_id)
        queue = self._queues[channel] = asyncio.Queue(WAITING_COMMANDS)
        with suppress(RedisError, OSError):  # `run` subscribes again when Redis is back
            await self._subscription.subscribe(channel)
        return queue

    async def unfollow(self, session_id: str) -> None:
        channel = channel_of(session_id)
        del self._queues[channel]
        with suppress(RedisError, OSError):
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
        # The workers' own channel is always among them, which keeps the connection open.
        await self._subscription.subscribe(WORKERS_CHANNEL, *self._queues)
        while True:
            message = await self._subscription.get_message(timeout=POLL_S)
            if message is not None:
                self._take(message["type"], message["channel"].decode(), message["data"])

    def _take(self, kind: str, channel: str, data: Any) -> None:
        if channel != WORKERS_CHANNEL:
            if kind == "message":
                self._deliver(channel, data)
        elif kind == "message":
            self._on_call()
        elif kind == "subscribe":
            # The client subscribes anew by itself whenever its connection has broken.
            if self._was_there:
                self._on_return()
            self._was_there = True

    def _deliver(self, channel: str, data: bytes) -> None:
        queue = self._queues.get(channel)
        if queue is None:
            return
        try:
            queue.put_nowait(Command.from_json(data))
        except (ValueError, TypeError, KeyError, asyncio.QueueFull):
            logger.warning("command dropped: channel=%s", channel)


def play(live: Live, command: Command) -> None:
    """Have a live begin or end a game."""
    if command.game == GameAction.QUIZ:
        live.play.start_quiz()
    elif command.game == GameAction.POLL:
        live.play.start_poll(command.text, command.options)
    else:
        live.play.end_game()


async def obey(live: Live, commands: "asyncio.Queue[Command]", *, on_new_rules: Callable[[], None]) -> None:
    """Have a live do what comes in, until cancelled. `on_new_rules` may not wait."""
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
        elif command.kind is CommandKind.APPROVE:
            live.approve(UUID(command.utterance_id), command.text)
        elif command.kind is CommandKind.REJECT:
            live.reject(UUID(command.utterance_id))
        elif command.kind is CommandKind.VIEWER:
            live.set_standing(command.viewer_hash, command.standing)
        elif command.kind is CommandKind.GAME:
            play(live, command)
        elif command.kind is CommandKind.RULES:
            on_new_rules()
        else:
            live.heard(
                UUID(command.utterance_id),
                ended=command.phase == "ended",
                level_db=command.level_db,
                underruns=command.underruns,
            )
