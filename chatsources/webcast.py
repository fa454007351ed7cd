"""Decodes TikTok's webcast messages (a method name and a protobuf payload) to `LiveEvent`s."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError, Message

from chatsources import webcast_pb2 as pb
from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from chatsources.port import SourceCounts
from tenants.text import clean_text

MAX_TEXT_CHARS = 2000
MAX_NAME_CHARS = 100
STREAKABLE = 1
SUBSCRIBED = 0
# The key of a banner about super fans contains the first word; when a super fan comes in, also the second.
SUPER_FAN = "superfan"
SUPER_FAN_JOINED = "superfanjoined"
# A create_time further than this from the arrival is wrong; the time of arrival is used instead.
MAX_CLOCK_GAP_MS = 24 * 3600 * 1000
# Actions such as leave, mute and kick. Some libraries read 3 as "subscribed", others 7; neither is confirmed,
# so subscriptions come from WebcastSubNotifyMessage only.
NOT_A_JOIN = range(2, 12)
SOCIAL_KINDS = {1: EventKind.FOLLOW, 3: EventKind.SHARE}
CONTROL_KINDS = {1: EventKind.PAUSED, 2: EventKind.RESUMED, 3: EventKind.ENDED}
SUSPENDED = 4


class BrokenMessageError(Exception):
    """Raised inside the decoder for a message that parses but lacks a required part."""


class Stamp(NamedTuple):
    """The first fields of every event after its kind."""

    source_id: str
    occurred_at: datetime


Build = Callable[[Any, Stamp], LiveEvent | None]


def _viewer(message: Any) -> Viewer:
    if not message.HasField("user"):
        raise BrokenMessageError
    return _viewer_of(message.user)


def _viewer_if_known(message: Any) -> Viewer | None:
    """Return the viewer of a message that counts also without one."""
    return _viewer_of(message.user) if message.HasField("user") else None


def _viewer_of(user: pb.User) -> Viewer:
    return Viewer(
        id=str(user.id or user.display_id),
        name=clean_text(user.nickname, MAX_NAME_CHARS),
        handle=clean_text(user.display_id, MAX_NAME_CHARS),
    )


def _comment(message: pb.WebcastChatMessage, stamp: Stamp) -> LiveEvent:
    text = clean_text(message.content, MAX_TEXT_CHARS)
    return LiveEvent(EventKind.COMMENT, *stamp, viewer=_viewer(message), text=text)


def _question(message: pb.WebcastQuestionNewMessage, stamp: Stamp) -> LiveEvent:
    text = clean_text(message.question.content, MAX_TEXT_CHARS)
    return LiveEvent(EventKind.QUESTION, *stamp, viewer=_viewer(message.question), text=text)


def _gift(message: pb.WebcastGiftMessage, stamp: Stamp) -> LiveEvent:
    given = message.gift
    # Without its particulars the group is the only sign of a streak.
    streakable = given.type == STREAKABLE if message.HasField("gift") else message.group_id != 0
    gift = Gift(
        id=str(given.id or message.gift_id),
        name=clean_text(given.name, MAX_NAME_CHARS),
        diamonds=given.diamond_count,
        streak_id=str(message.group_id) if streakable and message.group_id else "",
    )
    return LiveEvent(
        EventKind.GIFT,
        *stamp,
        viewer=_viewer_if_known(message),
        count=max(message.repeat_count, 1),
        gift=gift,
        streak_open=streakable and message.repeat_end != 1,
        receiver_id=str(message.to_user.id or message.to_user.display_id or ""),
    )


def _like(message: pb.WebcastLikeMessage, stamp: Stamp) -> LiveEvent:
    return LiveEvent(
        EventKind.LIKE,
        *stamp,
        viewer=_viewer_if_known(message),
        count=max(message.count, 0),
        total=max(message.total, 0),
    )


def _member(message: pb.WebcastMemberMessage, stamp: Stamp) -> LiveEvent | None:
    if message.action in NOT_A_JOIN:
        return None
    return LiveEvent(EventKind.JOIN, *stamp, viewer=_viewer(message))


def _social(message: pb.WebcastSocialMessage, stamp: Stamp) -> LiveEvent | None:
    kind = SOCIAL_KINDS.get(message.action)
    return LiveEvent(kind, *stamp, viewer=_viewer(message)) if kind else None


def _subscription(message: pb.WebcastSubNotifyMessage, stamp: Stamp) -> LiveEvent | None:
    if message.message_type != SUBSCRIBED:
        return None
    return LiveEvent(EventKind.SUBSCRIBE, *stamp, viewer=_viewer(message))


def _super_fan(message: pb.WebcastBarrageMessage, stamp: Stamp) -> LiveEvent | None:
    for text in (message.content, message.common_barrage_content):
        key = text.key.casefold()
        users = [piece.user_value for piece in text.pieces if piece.user_value.HasField("user")]
        if SUPER_FAN in key and users:
            kind = EventKind.JOIN if SUPER_FAN_JOINED in key else EventKind.SUBSCRIBE
            return LiveEvent(kind, *stamp, viewer=_viewer(users[0]))
    return None


def _viewers(message: pb.WebcastRoomUserSeqMessage, stamp: Stamp) -> LiveEvent:
    return LiveEvent(EventKind.VIEWERS, *stamp, count=message.total)


def _control(message: pb.WebcastControlMessage, stamp: Stamp) -> LiveEvent | None:
    if message.action == SUSPENDED:
        raise SourceError(SourceFault.SUSPENDED, permanent=True)
    kind = CONTROL_KINDS.get(message.action)
    return LiveEvent(kind, *stamp) if kind else None


def _deletion(message: pb.WebcastImDeleteMessage, stamp: Stamp) -> LiveEvent:
    return LiveEvent(
        EventKind.DELETED,
        *stamp,
        targets=tuple(map(str, message.delete_msg_ids)),
        target_viewer_ids=tuple(map(str, message.delete_user_ids)),
    )


BUILDERS: Mapping[str, tuple[type[Message], Build]] = {
    "WebcastChatMessage": (pb.WebcastChatMessage, _comment),
    "WebcastQuestionNewMessage": (pb.WebcastQuestionNewMessage, _question),
    "WebcastGiftMessage": (pb.WebcastGiftMessage, _gift),
    "WebcastLikeMessage": (pb.WebcastLikeMessage, _like),
    "WebcastMemberMessage": (pb.WebcastMemberMessage, _member),
    "WebcastSocialMessage": (pb.WebcastSocialMessage, _social),
    "WebcastSubNotifyMessage": (pb.WebcastSubNotifyMessage, _subscription),
    "WebcastBarrageMessage": (pb.WebcastBarrageMessage, _super_fan),
    "WebcastRoomUserSeqMessage": (pb.WebcastRoomUserSeqMessage, _viewers),
    "WebcastControlMessage": (pb.WebcastControlMessage, _control),
    "WebcastImDeleteMessage": (pb.WebcastImDeleteMessage, _deletion),
}


class WebcastDecoder:
    """Converts messages to events. `counts` is updated with every message."""

    def __init__(self) -> None:
        self.counts = SourceCounts()

    def decode(
        self, method: str, payload: bytes, *, received_at: datetime, msg_id: int = 0
    ) -> LiveEvent | None:
        """Return the event of a message, or None when it contains none (`counts` shows why).

        `received_at` must be aware. `msg_id` is the envelope's, for messages without their own.
        Costs about 3 µs. Raises `SourceError` only for the message that the live is suspended.
        """
        self.counts.received += 1
        builder = BUILDERS.get(method)
        if builder is None:
            self.counts.unknown += 1
            return None
        try:
            event = _build(*builder, payload, received_at, msg_id)
        except (DecodeError, BrokenMessageError):
            self.counts.broken += 1
            return None
        if event is None:
            self.counts.unknown += 1
            return None
        self.counts.decoded += 1
        return event


def _build(
    message_type: type[Message], build: Build, payload: bytes, received_at: datetime, msg_id: int
) -> LiveEvent | None:
    message: Any = message_type.FromString(payload)
    # An empty payload is valid protobuf but not a message.
    if not message.HasField("common"):
        raise BrokenMessageError
    common = message.common
    number = common.msg_id or msg_id
    source_id = str(number) if number else blake2b(payload, digest_size=12).hexdigest()
    return build(message, Stamp(source_id, _occurred_at(common.create_time, received_at)))


def _occurred_at(create_time_ms: int, received_at: datetime) -> datetime:
    if abs(create_time_ms - received_at.timestamp() * 1000) > MAX_CLOCK_GAP_MS:
        return received_at
    return datetime.fromtimestamp(create_time_ms / 1000, UTC)
