"""The one vocabulary of things that happen in a room; every source speaks it, the pipeline reads it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened in the room."""

    COMMENT = "comment"
    GIFT = "gift"
    LIKE = "like"
    FOLLOW = "follow"
    SHARE = "share"
    JOIN = "join"
    SUBSCRIBE = "subscribe"
    QUESTION = "question"
    VIEWERS = "viewers"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who did it. `id` is the platform's stable user id and is never shown; `name` is untrusted text.

    `is_host` is true of the streamer, where the source can tell by the user id.
    """

    id: str
    name: str
    handle: str = ""
    is_host: bool = False


@dataclass(frozen=True, slots=True)
class Gift:
    """What was given. `diamonds` is the price of one; `streak_id` is empty when the gift cannot streak."""

    id: str
    name: str
    diamonds: int = 0
    streak_id: str = ""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One thing that happened in the room.

    `source_id` is unique within a live and stable across reconnects. `occurred_at` is aware, UTC.
    `count` is the number of likes, the running total of a gift streak, or the viewers present now.
    `streak_open` is true while more of the same gift may follow. `targets` holds, for `DELETED`,
    the `source_id`s of the comments to forget, and `target_viewer_ids` whose comments to forget.
    """

    kind: EventKind
    source_id: str
    occurred_at: datetime
    viewer: Viewer | None = None
    text: str = ""
    count: int = 1
    gift: Gift | None = None
    streak_open: bool = False
    targets: tuple[str, ...] = ()
    target_viewer_ids: tuple[str, ...] = ()
