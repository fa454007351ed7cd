"""Stores the events that a streamer's own bridge posts, for the worker of the live."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from chatsources.inbound_events import event_to_json, progress_key, stream_key
from livesessions import errors
from livesessions.models.sessions import LiveSession
from providers.redis import sync_redis

MAX_WAITING = 10_000
REMEMBERED_IDS = 20_000
EXPIRES_S = 6 * 3600  # after the last post
OLDEST = timedelta(hours=1)
PREFIX = "b:"
MAX_SOURCE_ID = 100  # the column's

# One atomic script, so that each event is added exactly once to both the seen ids and the stream.
DELIVER = """
local accepted = 0
for i = 4, #ARGV, 2 do
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then
    local n = redis.call('HINCRBY', KEYS[3], 'given', 1)
    redis.call('ZADD', KEYS[2], n, ARGV[i])
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'n', n, 'event', ARGV[i + 1])
    accepted = accepted + 1
  end
end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[2])
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[3]) end
return accepted
"""


def require_intake_open(session: LiveSession) -> None:
    """Raise `SessionConflict` unless the live accepts events: it is on air, or between two workers."""
    if session.status == LiveSession.Status.ENDED:
        raise errors.already_ended()
    if session.status != LiveSession.Status.ACTIVE and session.started_at is None:
        raise errors.not_on_air()


def deliver(*, session_id: UUID, events: Sequence[LiveEvent]) -> int:
    """Queue events for the session's worker; return the number that were not duplicates."""
    pairs = [text for event in events for text in (event.source_id, event_to_json(event))]
    stream = stream_key(session_id)
    keys = [stream, f"{stream}:seen", progress_key(session_id)]
    return int(_run(DELIVER, keys, [MAX_WAITING, REMEMBERED_IDS, EXPIRES_S, *pairs]))


def live_event(item: dict[str, Any], *, now: datetime) -> LiveEvent:
    """Return the event of an item that `EventSerializer` has validated."""
    viewer, gift = item.get("viewer"), item.get("gift")
    return LiveEvent(
        kind=EventKind(item["kind"]),
        source_id=item.get("tiktok_msg_id") or own_id(item["id"]),
        occurred_at=min(max(item.get("at", now), now - OLDEST), now),
        viewer=Viewer(**viewer) if viewer else None,
        text=item.get("text", ""),
        count=item.get("count", 1),
        gift=Gift(**gift) if gift else None,
        streak_open=item.get("streak_open", False),
        total=item.get("total", 0),
        receiver_id=item.get("receiver_id", ""),
        targets=tuple(name for target in item.get("targets", ()) for name in (own_id(target), target)),
        target_viewer_ids=tuple(item.get("target_viewer_ids", ())),
    )


def own_id(bridge_id: str) -> str:
    """Return the source id of a bridge's id; its prefix makes it different from those of other sources."""
    if len(bridge_id) <= MAX_SOURCE_ID - len(PREFIX):
        return PREFIX + bridge_id
    return PREFIX + blake2b(bridge_id.encode(), digest_size=24).hexdigest()


def _run(script: str, keys: list[str], arguments: Sequence[str | float]) -> Any:
    try:
        return sync_redis().register_script(script)(keys=keys, args=arguments)
    except RedisError as error:
        raise errors.IntakeUnreachable from error
