"""Which workers are there and how many lives they can still take: each says so in Redis, once a second."""

import json
from dataclasses import asdict, dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from livesessions.models.sessions import LiveSession
from providers.redis import sync_redis

ROSTER = "livesessions:roster"
SIGN_IN_EVERY_S = 1.0
SIGNED_FOR_MS = 3_000


@dataclass(frozen=True, slots=True)
class Seats:
    """A worker's places for lives, and how often its event loop has stalled."""

    running: int
    capacity: int
    stalls: int = 0

    @property
    def full(self) -> bool:
        return self.running >= self.capacity


class WorkerRegistry:
    """A worker's own line in the list of workers. Its methods let Redis' errors through."""

    def __init__(self, client: Redis, owner: str) -> None:
        self._redis = client
        self._owner = owner

    async def sign_in(self, seats: Seats) -> None:
        pipe = self._redis.pipeline()
        pipe.sadd(ROSTER, self._owner)
        pipe.set(_key(self._owner), json.dumps(asdict(seats)), px=SIGNED_FOR_MS)
        await pipe.execute()

    async def sign_out(self) -> None:
        pipe = self._redis.pipeline()
        pipe.srem(ROSTER, self._owner)
        pipe.delete(_key(self._owner))
        await pipe.execute()


def read_seats() -> dict[str, Seats]:
    """Return the workers that have signed in during the last seconds, by name. Blocks."""
    client = sync_redis()
    names = sorted(name.decode() for name in client.smembers(ROSTER) if isinstance(name, bytes))
    lines = client.mget([_key(name) for name in names]) if names else []
    present = {name: Seats(**json.loads(line)) for name, line in zip(names, lines, strict=True) if line}
    gone = set(names) - set(present)
    if gone:
        client.srem(ROSTER, *gone)
    return present


def waiting_reason() -> str:
    """Return why a live that was asked to start now would have to wait; empty when a worker is free."""
    workers = read_seats()
    if not workers:
        return LiveSession.WaitingReason.NO_WORKER
    if all(seats.full for seats in workers.values()):
        return LiveSession.WaitingReason.AT_CAPACITY
    return ""


def waiting_reason_of(session: LiveSession) -> str:
    """Return why a session waits, as it is this moment; empty for one that does not."""
    if not session.is_starting:
        return ""
    try:
        return waiting_reason()
    except (RedisError, OSError):
        return session.waiting_reason


def waiting_text(reason: str) -> str:
    """Return a reason in words for the user."""
    return str(LiveSession.WaitingReason(reason).label) if reason else ""


def _key(owner: str) -> str:
    return f"{ROSTER}:{owner}"
