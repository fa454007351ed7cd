"""Keeps in Redis what an emergency link needs while PostgreSQL is away: whose it is, and what is on air."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, cast
from uuid import UUID

from django_scopes import scopes_disabled
from redis.asyncio import Redis

from livesessions.models.kills import EmergencyLink
from livesessions.models.sessions import LiveSession
from providers.redis import sync_redis
from tenants.services import hash_key

LINKS = "livesessions:emergency:links"  # the hash of a token -> "tenant" or "tenant show"
LIVES = "livesessions:emergency:lives"  # a session -> its `LiveOnAir`
REFRESH_S = 10.0
LIFETIME_S = 900.0  # a frozen worker refreshes nothing, and its live must be found


@dataclass(frozen=True, slots=True)
class LiveOnAir:
    """A live that a worker runs. `lease` is the number of its lease."""

    session: str
    tenant: str
    show: str
    overlay: str
    lease: int
    until_s: float

    @property
    def session_id(self) -> UUID:
        return UUID(self.session)

    @property
    def overlay_id(self) -> UUID:
        return UUID(self.overlay)


class OnAirIndex:
    """Writes the lives of one worker. Raises the errors of Redis."""

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._lives: dict[UUID, LiveSession] = {}
        self._written_s = 0.0

    def add(self, session: LiveSession) -> None:
        """Have a live written by the next `refresh`."""
        self._lives[session.id] = session
        self._written_s = 0.0

    async def refresh(self) -> None:
        """Write the worker's lives, at most every `REFRESH_S` unless one was added."""
        now_s = time.time()
        if not self._lives or now_s - self._written_s < REFRESH_S:
            return
        entries = {str(each.id): _entry(each, now_s + LIFETIME_S) for each in self._lives.values()}
        await cast("Any", self._redis.hset(LIVES, mapping=cast("Any", entries)))
        self._written_s = now_s

    async def remove(self, session_id: UUID) -> None:
        """Delete a live that this worker no longer runs."""
        self._lives.pop(session_id, None)
        await cast("Any", self._redis.hdel(LIVES, str(session_id)))


def _entry(session: LiveSession, until_s: float) -> str:
    live = LiveOnAir(
        str(session.id),
        str(session.tenant_id),
        str(session.show_id),
        str(session.show.overlay_id),
        session.lease_number,
        until_s,
    )
    return json.dumps(asdict(live))


def find_lives(token: str) -> list[LiveOnAir] | None:
    """Return the lives on air that an emergency link ends; None for an unknown token. Blocks.

    Raise the errors of Redis. Expired entries are deleted.
    """
    client = sync_redis()
    known = cast("bytes | None", client.hget(LINKS, hash_key(token)))
    if known is None:
        return None
    tenant, _, show = known.decode().partition(" ")
    stored = cast("dict[bytes, bytes]", client.hgetall(LIVES))
    lives = [LiveOnAir(**json.loads(entry)) for entry in stored.values()]
    if expired := [live.session for live in lives if live.until_s < time.time()]:
        client.hdel(LIVES, *expired)
    return [
        live
        for live in lives
        if live.session not in expired and live.tenant == tenant and show in ("", live.show)
    ]


def store_link(link: EmergencyLink) -> None:
    """Store whose a link is."""
    sync_redis().hset(LINKS, link.token_hash, _owner(link.tenant_id, link.show_id))


def forget_links(token_hashes: Iterable[str]) -> None:
    """Delete links that are no longer valid."""
    if hashes := list(token_hashes):
        sync_redis().hdel(LINKS, *hashes)


def store_all_links() -> None:
    """Store the links of all tenants and delete all others: Redis may have lost some, or missed a change."""
    # Read before the rows: a link that is created meanwhile must not be deleted.
    before = {name.decode() for name in cast("list[bytes]", sync_redis().hkeys(LINKS))}
    with scopes_disabled():
        rows = EmergencyLink.objects.values_list("token_hash", "tenant_id", "show_id")
        owners = {token_hash: _owner(tenant, show) for token_hash, tenant, show in rows}
    if owners:
        sync_redis().hset(LINKS, mapping=cast("Any", owners))
    forget_links(before - owners.keys())


def _owner(tenant_id: UUID, show_id: UUID | None) -> str:
    return f"{tenant_id} {show_id}" if show_id else str(tenant_id)
