"""Mute, unmute, stop and kill over the socket of an open console: they work while the database is away.

The overlay and the worker are told first. The row follows as soon as the database takes it.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django_scopes import scope
from redis.exceptions import RedisError

from livesessions.console.publisher import ConsoleStateMessage, publish_now, state_message
from livesessions.errors import SessionConflict
from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import mute_session, send_if_redis_answers, stop_session, unmute_session
from livesessions.worker.commands import Command, Mute, Stop, Unmute
from overlay.orders.order import Order, OrderKind
from overlay.services import send_order
from tenants.acting import Actor, acting_as
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

RETRY_S = 0.5
STORED_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class EmergencyCommand:
    """A command that a page may send: the overlay's order, the worker's command, and the row's service."""

    kind: OrderKind
    command: Command
    service: Callable[..., LiveSession]


def _kill_from_console(*, session: LiveSession, pressed_at: datetime) -> LiveSession:
    return kill_session(session=session, way=Kill.Way.CONSOLE, pressed_at=pressed_at)


MUTE = EmergencyCommand(OrderKind.MUTE, Mute(), lambda *, session, pressed_at: mute_session(session=session))
UNMUTE = EmergencyCommand(
    OrderKind.UNMUTE, Unmute(), lambda *, session, pressed_at: unmute_session(session=session)
)
STOP = EmergencyCommand(OrderKind.END, Stop(), lambda *, session, pressed_at: stop_session(session=session))
KILL = EmergencyCommand(OrderKind.END, Stop(), _kill_from_console)

WORDS = {"mute": MUTE, "unmute": UNMUTE, "stop": STOP, "kill": KILL}


@dataclass(frozen=True, slots=True)
class _Change:
    """What a session's row does not say yet, who wants it, and since when."""

    wanted: EmergencyCommand
    actor: Actor
    at: datetime = field(default_factory=timezone.now)


class RowWriter:
    """Stores the last command to each session, and tries until the database takes it."""

    def __init__(self) -> None:
        self._changes: dict[UUID, _Change] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    def store(self, session: LiveSession, change: _Change) -> "asyncio.Task[None]":
        """Store a command, instead of an earlier one that is not stored yet; return the task that does it.

        An end is replaced by a kill only.
        """
        waiting = self._changes.get(session.id)
        if waiting is None or waiting.wanted.kind is not OrderKind.END or change.wanted is KILL:
            self._changes[session.id] = change
        if session.id not in self._tasks:
            self._tasks[session.id] = asyncio.create_task(self._run(session), name=f"row-{session.id}")
        return self._tasks[session.id]

    async def _run(self, session: LiveSession) -> None:
        try:
            while change := self._changes.get(session.id):
                try:
                    await database_sync_to_async(_apply)(session, change)
                except (OperationalError, InterfaceError):
                    logger.warning("database unreachable, command not stored yet: session=%s", session.id)
                    await asyncio.sleep(RETRY_S)
                    continue
                if self._changes[session.id] is change:
                    del self._changes[session.id]
        finally:
            self._changes.pop(session.id, None)
            del self._tasks[session.id]


_writers: "WeakKeyDictionary[asyncio.AbstractEventLoop, RowWriter]" = WeakKeyDictionary()


def parse_command(text: str | None) -> EmergencyCommand | None:
    """Return the command of a page's message, `{"command": "mute"}`; None for any other message."""
    try:
        return WORDS.get(json.loads(text or "")["command"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


async def carry_out(
    wanted: EmergencyCommand, session: LiveSession, actor: Actor
) -> tuple[ConsoleStateMessage, bool]:
    """Carry out a command at once. `session` is as it was last read, with its show.

    Return its new state, and whether the row was written within `STORED_WITHIN_S`.
    """
    change = _Change(wanted, actor)
    await send_order(Order(session.show.overlay_id, wanted.kind, session.lease_number))
    message = _state_after(wanted.kind, session)
    await in_thread(_tell, session.id, wanted, message)
    writer = _writers.setdefault(asyncio.get_running_loop(), RowWriter())
    stored, _ = await asyncio.wait([writer.store(session, change)], timeout=STORED_WITHIN_S)
    return message, bool(stored)


def _state_after(kind: OrderKind, session: LiveSession) -> ConsoleStateMessage:
    message = state_message(session)
    if kind is OrderKind.END:
        message["stopping"] = True
    else:
        message["muted"] = kind is OrderKind.MUTE
    return message


def _tell(session_id: UUID, wanted: EmergencyCommand, message: ConsoleStateMessage) -> None:
    """Tell the worker and the other consoles, over Redis."""
    send_if_redis_answers(session_id, wanted.command)
    with suppress(RedisError, OSError):
        publish_now(session_id, message)


def _apply(session: LiveSession, change: _Change) -> None:
    with scope(tenant=session.tenant_id), acting_as(change.actor):
        row = LiveSession.objects.select_related("show").filter(id=session.id).first()
        if row is None:
            return
        try:
            change.wanted.service(session=row, pressed_at=change.at)
        except SessionConflict:
            logger.info("command came too late: session=%s", session.id)
