"""The events of a live room: all sources yield them and the pipeline reads them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """The kind of an event."""

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
    """The viewer who caused an event.

    - `id`: the platform's stable user id, which is never shown.
    - `name`: untrusted text.
    - `is_host`: whether this is the streamer, if the source can recognize the user id.
    """

    id: str
    name: str
    handle: str = ""
    is_host: bool = False


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift. `diamonds` is the price of one, 0 when unknown.

    `name` is empty when the source does not say it. `streak_id` is empty for a gift that cannot be a streak,
    and for a streak whose source gives it no id.
    """

    id: str
    name: str
    diamonds: int = 0
    streak_id: str = ""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event of the room.

    - `source_id`: unique within a live and stable across reconnects.
    - `occurred_at`: aware, UTC.
    - `count`: the number of new likes, 0 when the source does not say; the running total of a gift streak; or
      the viewers present now.
    - `streak_open`: whether more of the same gift may follow.
    - `total`: for `LIKE`, all likes of the room so far; 0 when the source does not say.
    - `receiver_id`: for `GIFT`, the guest of the live who gets it; empty when it is for the streamer.
    - `targets`: for `DELETED`, the `source_id`s of the deleted comments.
    - `target_viewer_ids`: for `DELETED`, the viewers whose comments are all deleted.
    """

    kind: EventKind
    source_id: str
    occurred_at: datetime
    viewer: Viewer | None = None
    text: str = ""
    count: int = 1
    gift: Gift | None = None
    streak_open: bool = False
    total: int = 0
    receiver_id: str = ""
    targets: tuple[str, ...] = ()
    target_viewer_ids: tuple[str, ...] = ()
