"""Messages, as TikTok would encode them."""

import itertools

from google.protobuf.message import Message

from chatsources import webcast_pb2 as pb

ENDED, SUSPENDED = 3, 4
FIRST_MSG_ID = 7_290_000_000_000_000_001
_ids = itertools.count(FIRST_MSG_ID)


def next_id() -> int:
    return next(_ids)


def envelope(message: Message, *, msg_id: int = 0) -> pb.Envelope:
    """Wrap any webcast message: gives it an id (a fresh one unless told) and its method's name."""
    number = msg_id or next_id()
    method = type(message).__name__
    common: pb.Common = message.common  # type: ignore[attr-defined]
    common.method = method
    common.msg_id = number
    return pb.Envelope(method=method, payload=message.SerializeToString(), msg_id=number)


def user(name: str = "Giulia", *, number: int = 42) -> pb.User:
    return pb.User(id=number, nickname=name, display_id=name.lower().replace(" ", "."))


def comment(text: str, *, by: pb.User | None = None, msg_id: int = 0) -> pb.Envelope:
    return envelope(pb.WebcastChatMessage(user=by or user(), content=text), msg_id=msg_id)


def gift(count: int, *, group: int = 1, over: bool = False, by: pb.User | None = None) -> pb.Envelope:
    rose = pb.Gift(id=5655, type=1, diamond_count=1, name="Rose")
    return envelope(
        pb.WebcastGiftMessage(
            gift_id=5655,
            user=by or user(),
            gift=rose,
            repeat_count=count,
            repeat_end=int(over),
            group_id=group,
        )
    )


def like(count: int = 1, *, by: pb.User | None = None) -> pb.Envelope:
    return envelope(pb.WebcastLikeMessage(user=by or user(), count=count))


def viewers(now: int) -> pb.Envelope:
    return envelope(pb.WebcastRoomUserSeqMessage(total=now))


def control(action: int) -> pb.Envelope:
    return envelope(pb.WebcastControlMessage(action=action))


def deletion(*msg_ids: int, of_viewers: tuple[int, ...] = ()) -> pb.Envelope:
    return envelope(pb.WebcastImDeleteMessage(delete_msg_ids=msg_ids, delete_user_ids=of_viewers))


def broken(method: str = "WebcastChatMessage") -> pb.Envelope:
    return pb.Envelope(method=method, payload=b"\x0a\xff\xff", msg_id=next_id())
