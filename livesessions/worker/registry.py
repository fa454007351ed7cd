"""The registry of workers: each writes its capacity to Redis once a second, with an expiry."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from livesessions.models.sessions import LiveSession
from providers.redis import sync_redis

REGISTRY_KEY = "livesessions:roster"
HEARTBEAT_EVERY_S = 1.0
HEARTBEAT_TTL_MS = 3_000


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many lives a worker runs and may run now, and how often its event loop has stalled.

    `stream_room` is how many more streams it can carry; None from a worker of the previous release.
    """

    running: int
    capacity: int
    stalls: int = 0
    stream_room: int | None = None

    @property
    def full(self) -> bool:
        return self.running >= self.capacity


class WorkerRegistry:
    """Writes one worker's entry. Raises the errors of Redis."""

    def __init__(self, client: Redis, owner: str) -> None:
        self._redis = client
        self._owner = owner

    async def heartbeat(self, capacity: Capacity, failing: Collection[str] = ()) -> None:
        """Write the worker's capacity and its failing services; both expire after `HEARTBEAT_TTL_MS`."""
        pipe = self._redis.pipeline()
        pipe.sadd(REGISTRY_KEY, self._owner)
        pipe.set(_key(self._owner), json.dumps(asdict(capacity)), px=HEARTBEAT_TTL_MS)
        pipe.set(_failing_key(self._owner), json.dumps(sorted(failing)), px=HEARTBEAT_TTL_MS)
        await pipe.execute()

    async def unregister(self) -> None:
        """Delete the worker's entry."""
        pipe = self._redis.pipeline()
        pipe.srem(REGISTRY_KEY, self._owner)
        pipe.delete(_key(self._owner), _failing_key(self._owner))
        await pipe.execute()


def read_capacities() -> dict[str, Capacity]:
    """Return the capacity of each registered worker, by its name; delete expired workers. Blocks."""
    client = sync_redis()
    names = sorted(name.decode() for name in client.smembers(REGISTRY_KEY) if isinstance(name, bytes))
    entries = client.mget([_key(name) for name in names]) if names else []
    present = {
        name: Capacity(**json.loads(entry)) for name, entry in zip(names, entries, strict=True) if entry
    }
    expired = set(names) - set(present)
    if expired:
        client.srem(REGISTRY_KEY, *expired)
    return present


def read_failing_services() -> set[str]:
    """Return the names of the outside services whose circuit breaker is open in a worker. Blocks."""
    client = sync_redis()
    names = [name.decode() for name in client.smembers(REGISTRY_KEY) if isinstance(name, bytes)]
    entries = client.mget([_failing_key(name) for name in names]) if names else []
    return {service for entry in entries if entry for service in json.loads(entry)}


def waiting_reason(*, is_streamed: bool = False) -> str:
    """Return why a live that was started now would have to wait; empty when a worker has free capacity."""
    workers = read_capacities()
    if not workers:
        return LiveSession.WaitingReason.NO_WORKER
    free = [capacity for capacity in workers.values() if not capacity.full]
    if not free:
        return LiveSession.WaitingReason.AT_CAPACITY
    if is_streamed and all(capacity.stream_room == 0 for capacity in free):
        return LiveSession.WaitingReason.STREAMS_FULL
    return ""


def waiting_reason_of(session: LiveSession) -> str:
    """Return why a session waits for a worker now; empty when it does not wait."""
    if not session.is_starting:
        return ""
    try:
        return waiting_reason(is_streamed=session.is_streamed)
    except (RedisError, OSError):
        return session.waiting_reason


def waiting_text(reason: str) -> str:
    """Return the user's text for a waiting reason."""
    return str(LiveSession.WaitingReason(reason).label) if reason else ""


def _failing_key(owner: str) -> str:
    return f"{REGISTRY_KEY}:{owner}:failing"


def _key(owner: str) -> str:
    return f"{REGISTRY_KEY}:{owner}"
