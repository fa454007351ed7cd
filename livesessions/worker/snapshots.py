"""Saves snapshots of running lives in Redis and completes them from the event log."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chatsources.events import EventKind
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.pipeline.live import Live
from livesessions.pipeline.selection.turns import QueuedTurnState
from livesessions.pipeline.state import LiveState, read_state

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 1.0
SAVE_AGAIN_S = 5.0  # saves unchanged snapshots too: Redis may have restarted, and they must not expire
MIN_PAUSE_S = 0.02
LOOP_SHARE = 0.01  # the largest share of the event loop's time for the snapshots of one live
TIMEOUT_S = 1.0
LIFETIME_MS = 3_600_000  # short, because snapshots contain viewers' names and messages
LOG_SPAN = timedelta(minutes=15)
MAX_LOG_EVENTS = 5_000

# A reply that is being said when its worker is gone gets the fault "worker" (`leases.claim`).
CLAIMED = Q(first_audio_ms__isnull=False) | Q(fault="worker")

# A worker that does not know yet that it lost its lease must not overwrite the new worker's snapshot.
SAVE = """
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'live', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""


class SnapshotStore:
    """Saves and loads snapshots. An error of Redis loses a snapshot, never a live."""

    def __init__(self, redis: Redis, owner: str) -> None:
        self._redis = redis
        self._owner = owner

    async def take_over(self, session_id: UUID) -> LiveState | None:
        """Return the state that the previous worker saved, and refuse that worker's further saves.

        Return None when there is none, or none that this release can read.
        """
        key = _key(session_id)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                pipe = self._redis.pipeline()
                pipe.hget(key, "live")
                pipe.hset(key, "owner", self._owner)
                pipe.pexpire(key, LIFETIME_MS)
                saved, _, _ = await pipe.execute()
        except (RedisError, OSError):
            logger.warning("snapshot unreachable: session=%s", session_id)
            return None
        try:
            return read_state(json.loads(saved)) if saved else None
        except ValueError as error:
            logger.warning(
                "snapshot not read, the live starts without it: session=%s reason=%s", session_id, error
            )
            return None

    async def save_forever(self, session_id: UUID, live: Live) -> None:
        """Save a live's snapshot when it changes, and at once when it is urgent, until cancelled."""
        now_s = asyncio.get_running_loop().time
        saved, saved_at_s = b"", now_s()
        while True:
            live.urgent.clear()
            began_s = now_s()
            packed = _pack(live)
            pause_s = min(max((now_s() - began_s) / LOOP_SHARE, MIN_PAUSE_S), SAVE_EVERY_S / 2)
            if packed != saved or now_s() - saved_at_s > SAVE_AGAIN_S:
                saved, saved_at_s = (packed if await self._save(session_id, packed) else b""), now_s()
            await asyncio.sleep(pause_s)
            try:
                async with asyncio.timeout(SAVE_EVERY_S - pause_s):
                    await live.urgent.wait()
            except TimeoutError:
                pass

    async def save(self, session_id: UUID, live: Live) -> None:
        """Save a live's last snapshot."""
        await self._save(session_id, _pack(live))

    async def delete(self, session_id: UUID) -> None:
        """Delete the snapshot of a live that has ended."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._redis.delete(_key(session_id))
        except (RedisError, OSError):
            logger.warning("snapshot not deleted, it will expire: session=%s", session_id)

    async def _save(self, session_id: UUID, packed: bytes) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._redis.eval(SAVE, 1, _key(session_id), self._owner, packed, str(LIFETIME_MS))
        except (RedisError, OSError):
            return False
        return True


def _pack(live: Live) -> bytes:
    return json.dumps(live.to_state()).encode()


def _key(session_id: UUID) -> str:
    return f"livesessions:{session_id}:snapshot"


# --- the event log -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ThankedGift:
    """A gift in the event log for which the host has thanked; the viewer is a hash."""

    source_id: str
    viewer_hash: str
    gift_id: str
    streak_id: str
    count: int


@dataclass(frozen=True, slots=True)
class RecentLog:
    """The last minutes of a live in the event log: the ids of its events, oldest first, and thanked gifts.

    `answered`: the ids of events whose reply was heard, or was claimed by a worker that is gone.
    """

    written: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    thanked: list[ThankedGift] = field(default_factory=list)


def read_log(session_id: UUID) -> RecentLog:
    """Return the last `LOG_SPAN` of a live. Blocks."""
    since = timezone.now() - LOG_SPAN
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
    claimed = Reply.objects.filter(CLAIMED, session_id=session_id, created_at__gte=since)
    return RecentLog(
        written=list(recent.values_list("source_id", flat=True)[:MAX_LOG_EVENTS])[::-1],
        answered=set(_answered_by(claimed)) - {""},
        thanked=[ThankedGift(*row) for row in rows],
    )


def _answered_by(replies: "QuerySet[Reply]") -> list[str]:
    """Return the ids of the events that replies answered, including those merged into one reply."""
    rows = replies.values_list("trigger_source_id", "also_source_ids")
    return [source_id for trigger, also in rows for source_id in (trigger, *also)]


def complete(state: LiveState, log: RecentLog, *, hash_viewer: Callable[[str], str]) -> LiveState:
    """Return a state brought up to date with the events and thanks that the log recorded after it."""
    intake, host = state["intake"], state["host"]
    written, answered = set(log.written), {gift.source_id for gift in log.thanked} | log.answered
    known = dict.fromkeys([*intake["seen"], *sorted(log.answered)])
    unrecorded = [source_id for source_id in known if source_id not in written]
    streaks = intake["streaks"]
    viewers = {hash_viewer(viewer_id): viewer_id for viewer_id in _viewers(state)}
    counted = {(viewer, gift, streak): count for viewer, gift, streak, count in streaks["counted"]}
    for gift in log.thanked:
        if gift.streak_id and gift.viewer_hash in viewers:
            key = (viewers[gift.viewer_hash], gift.gift_id, gift.streak_id)
            counted[key] = max(counted.get(key, 0), gift.count)
    return {
        **state,
        "host": {**host, "owed": [owed for owed in host["owed"] if not _source_ids(owed) & answered]},
        "intake": {
            **intake,
            "seen": [*log.written, *unrecorded],
            "unrecorded": unrecorded,
            "streaks": {**streaks, "counted": [(*key, count) for key, count in counted.items()]},
        },
    }


def _viewers(state: LiveState) -> set[str]:
    """Return the ids of the viewers of all gifts in a state."""
    owed = [turn["event"] for turn in state["host"]["owed"] if turn["event"]]
    events = [*state["intake"]["streaks"]["open"], *owed]
    return {event["viewer"]["id"] for event in events if event["viewer"]}


def _source_ids(owed: QueuedTurnState) -> set[str]:
    events = [owed["event"], *owed["also"]]
    return {event["source_id"] for event in events if event}
