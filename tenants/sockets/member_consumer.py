"""The base of all sockets that are opened with a log-in."""

import asyncio
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest
from redis.exceptions import RedisError

from tenants.models import Membership, User
from tenants.sockets.notices import rights_group
from tenants.sockets.refusal import refuse
from tenants.sockets.watch import CHECK_EVERY_S, RightsWatch
from tenants.threads import in_thread

CLOSE_RIGHTS_CHANGED = 4403
CLOSE_TRY_AGAIN = 1013
CHECK_WITHIN_S = 0.3


class MemberConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A member's socket. It closes as soon as log-in, account, membership or role ends or changes.

    The page then reloads itself, and gets what its user may still see. A subclass defines `find_membership`
    and `open`. Nothing is sent after the rights have ended, whatever the client does with its end.
    """

    check_every_s = CHECK_EVERY_S

    membership: Membership
    ended = False
    _watch: RightsWatch | None = None
    _group: str | None = None

    def find_membership(self, user: User) -> Membership | None:
        """Return the membership that opens this socket; None without access. Runs in a thread."""
        raise NotImplementedError

    async def open(self) -> None:
        """Accept the socket and send the first frames; `membership` is set."""
        raise NotImplementedError

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:
            if self._watch is not None:
                self._watch.stop()

    async def connect(self) -> None:
        user = self.scope["user"]
        if not user.is_authenticated:
            await self._refuse()
        try:
            # Joined before the rights are read: a change in between is announced to this socket.
            self._group = rights_group(user.id)
            await self.channel_layer.group_add(self._group, self.channel_name)
            membership = await self._read_membership()
            if membership is None:
                await self._refuse()
            self.membership = membership
            self._watch = RightsWatch(self._still_held, self._end, check_every_s=self.check_every_s)
            await self.open()
        except (RedisError, OSError, OperationalError, InterfaceError):
            await self.close(CLOSE_TRY_AGAIN)
        else:
            self._watch.start()

    async def _refuse(self) -> NoReturn:
        await self._leave()
        await refuse(self.scope, self.base_send)
        raise StopConsumer

    async def disconnect(self, code: int) -> None:
        await self._leave()

    async def _leave(self) -> None:
        if self._group is not None:
            with suppress(RedisError, OSError):
                await self.channel_layer.group_discard(self._group, self.channel_name)

    async def rights_changed(self, event: dict[str, Any]) -> None:
        if self._watch is not None:
            self._watch.check_now()

    async def send(self, *args: Any, **frame: Any) -> None:
        if not self.ended:
            await super().send(*args, **frame)

    async def may_act(self) -> bool:
        """Check the rights before a command, and close the socket if they have ended.

        Return True too when the database does not answer in time: a mute must not wait for it.
        """
        try:
            async with asyncio.timeout(CHECK_WITHIN_S):
                held = await self._still_held()
        except (TimeoutError, DatabaseError, InterfaceError):
            return not self.ended
        if not held:
            await self._end()
        return held and not self.ended

    async def _still_held(self) -> bool:
        membership = await self._read_membership()
        return membership is not None and membership.role == self.membership.role

    async def _end(self) -> None:
        if not self.ended:
            self.ended = True
            await super().close(CLOSE_RIGHTS_CHANGED)

    async def _read_membership(self) -> Membership | None:
        # In a thread of its own: a database that is away must not block what other sockets do in theirs.
        return await in_thread(self._find_membership_now)

    def _find_membership_now(self) -> Membership | None:
        """Return the membership that is held now; None when log-in, account or membership has ended."""
        key = self.scope["session"].session_key
        # Read again: the scope's own session holds what was true when the socket was opened.
        session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user = get_user(cast("HttpRequest", SimpleNamespace(session=session)))
        return self.find_membership(user) if isinstance(user, User) else None
