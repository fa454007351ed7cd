"""What the next worker needs to go on with a live: kept in Redis while it runs, completed from the log."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from redis.asyncio import Redis
from redis.exceptions import RedisError

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.pipeline.live import Live
from livesessions.sources.events import EventKind
from livesessions.sources.state import Frozen

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 1.0
SAVE_AGAIN_S = 5.0  # also unchanged: Redis may have been restarted, and it must not expire
BREATH_S = 0.02
LOOP_SHARE = 0.01  # of the loop's time, at most, when gifts storm in one live
TIMEOUT_S = 1.0
LIFETIME_MS = 3_600_000  # it holds names and words of viewers
LOOK_BACK = timedelta(minutes=15)
LOOK_BACK_EVENTS = 5_000

NOTHING: Frozen = {
    "ingest": {"seen": [], "viewers": None, "streaks": {"open": [], "counted": []}},
    "host": {"paused": False, "owed": []},
    "words": [],
}

# A worker that has lost its lease, and does not know it yet, must not write over its successor's.
SAVE = """
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'live', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""


class SnapshotStore:
    """The snapshots of a worker's lives. Redis' faults cost a snapshot, never a live."""

    def __init__(self, redis: Redis, owner: str) -> None:
        self._redis = redis
        self._owner = owner

    async def take_over(self, session_id: UUID) -> Frozen | None:
        """Return what the worker before us has left, and be the only one who writes from now on."""
        key = _key(session_id)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                pipe = self._redis.pipeline()
                pipe.hget(key, "live")
                pipe.hset(key, "owner", self._owner)
                pipe.pexpire(key, LIFETIME_MS)
                frozen, _, _ = await pipe.execute()
        except (RedisError, OSError):
            logger.warning("snapshot unreachable: session=%s", session_id)
            return None
        return json.loads(frozen) if frozen else None

    async def keep(self, session_id: UUID, live: Live) -> None:
        """Save a live's snapshot until cancelled: as it changes, and at once when it is urgent."""
        now_s = asyncio.get_running_loop().time
        saved, saved_at_s = b"", now_s()
        while True:
            live.urgent.clear()
            began_s = now_s()
            frozen = _pack(live)
            breath_s = min(max((now_s() - began_s) / LOOP_SHARE, BREATH_S), SAVE_EVERY_S / 2)
            if frozen != saved or now_s() - saved_at_s > SAVE_AGAIN_S:
                saved, saved_at_s = (frozen if await self._save(session_id, frozen) else b""), now_s()
            await asyncio.sleep(breath_s)
            try:
                async with asyncio.timeout(SAVE_EVERY_S - breath_s):
                    await live.urgent.wait()
            except TimeoutError:
                pass

    async def save(self, session_id: UUID, live: Live) -> None:
        """Save a live's last snapshot."""
        await self._save(session_id, _pack(live))

    async def drop(self, session_id: UUID) -> None:
        """Forget a live that has ended."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._redis.delete(_key(session_id))
        except (RedisError, OSError):
            logger.warning("snapshot left to expire: session=%s", session_id)

    async def _save(self, session_id: UUID, frozen: bytes) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._redis.eval(SAVE, 1, _key(session_id), self._owner, frozen, str(LIFETIME_MS))
        except (RedisError, OSError):
            return False
        return True


def _pack(live: Live) -> bytes:
    return json.dumps(live.snapshot()).encode()


def _key(session_id: UUID) -> str:
    return f"livesessions:{session_id}:snapshot"


# --- what the database knows ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Thanked:
    """A gift whose thanks have sounded, as the log has it: the viewer is a hash."""

    source_id: str
    viewer_hash: str
    gift_id: str
    streak_id: str
    count: int


@dataclass(frozen=True, slots=True)
class Log:
    """A live's last minutes in the database: what was written down, oldest first, and what was thanked."""

    written: list[str] = field(default_factory=list)
    thanked: list[Thanked] = field(default_factory=list)


def read_log(session_id: UUID) -> Log:
    """Return a live's last minutes. Blocks."""
    since = timezone.now() - LOOK_BACK
    events = ChatEvent.objects.filter(session_id=session_id)
    recent = events.filter(occurred_at__gte=since).order_by("-occurred_at", "-id")
    thanks = Reply.objects.filter(
        session_id=session_id,
        created_at__gte=since,
        trigger_kind=EventKind.GIFT,
        first_audio_ms__isnull=False,
    )
    gifts = events.filter(source_id__in=_answered_by(thanks))
    rows = gifts.values_list("source_id", "viewer_hash", "gift_id", "streak_id", "count")
    return Log(
        written=list(recent.values_list("source_id", flat=True)[:LOOK_BACK_EVENTS])[::-1],
        thanked=[Thanked(*row) for row in rows],
    )


def _answered_by(replies: "QuerySet[Reply]") -> list[str]:
    """Return the events that replies have answered, also those that were gathered into one."""
    rows = replies.values_list("trigger_source_id", "also_source_ids")
    return [source_id for trigger, also in rows for source_id in (trigger, *also)]


def complete(frozen: Frozen | None, log: Log, *, hash_viewer: Callable[[str], str]) -> Frozen:
    """Return a snapshot that also knows what happened after it was taken."""
    frozen = frozen or NOTHING
    ingest, host = frozen["ingest"], frozen["host"]
    written, thanked = set(log.written), {gift.source_id for gift in log.thanked}
    unwritten = [source_id for source_id in ingest["seen"] if source_id not in written]
    streaks = ingest["streaks"]
    viewers = {hash_viewer(viewer_id): viewer_id for viewer_id in _viewers(frozen)}
    counted = {(viewer, gift, streak): count for viewer, gift, streak, count in streaks["counted"]}
    for gift in log.thanked:
        if gift.streak_id and gift.viewer_hash in viewers:
            key = (viewers[gift.viewer_hash], gift.gift_id, gift.streak_id)
            counted[key] = max(counted.get(key, 0), gift.count)
    return {
        **frozen,
        "host": {**host, "owed": [owed for owed in host["owed"] if not _source_ids(owed) & thanked]},
        "ingest": {
            **ingest,
            "seen": [*log.written, *unwritten],
            "unwritten": unwritten,
            "streaks": {**streaks, "counted": [[*key, count] for key, count in counted.items()]},
        },
    }


def _viewers(frozen: Frozen) -> set[str]:
    """Return the viewers' ids of all gifts in a snapshot."""
    owed = [item["event"] for item in frozen["host"]["owed"] if item["event"]]
    events: list[dict[str, Any]] = [*frozen["ingest"]["streaks"]["open"], *owed]
    return {event["viewer"]["id"] for event in events if event["viewer"]}


def _source_ids(owed: Frozen) -> set[str]:
    events = [owed["event"], *owed["also"]]
    return {event["source_id"] for event in events if event}
