import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from chatsources import webcast_pb2 as pb
from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.webcast import MAX_TEXT_CHARS, WebcastDecoder
from tests.chatsources.raw_protobuf import Captured, captured
from tests.fakes.webcast import SUSPENDED, comment, control, deletion, envelope, gift, user, viewers

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
KINDS = {
    "WebcastChatMessage": "comment",
    "WebcastGiftMessage": "gift",
    "WebcastLikeMessage": "like",
    "WebcastMemberMessage": "join",
    "WebcastRoomUserSeqMessage": "viewers",
    "WebcastImDeleteMessage": "deleted",
    "WebcastControlMessage": "ended",
}


def decode(message: pb.Envelope, decoder: WebcastDecoder | None = None) -> LiveEvent | None:
    return (decoder or WebcastDecoder()).decode(message.method, message.payload, received_at=NOW)


def decode_sample() -> tuple[list[tuple[Captured, LiveEvent | None]], WebcastDecoder]:
    decoder = WebcastDecoder()
    sample = captured()
    return [(one, decoder.decode(one.method, one.payload, received_at=one.at)) for one in sample], decoder


def kind_by_hand(one: Captured) -> str | None:
    """What a message is, read off its method's name and, where that is not enough, its raw action."""
    if one.method == "WebcastSocialMessage":
        return {1: "follow", 3: "share"}[one.raw.number(4)]
    return KINDS.get(one.method)


def test_every_message_of_the_sample_becomes_what_it_is() -> None:
    events, decoder = decode_sample()
    expected = Counter(kind for one, _ in events if (kind := kind_by_hand(one)))
    assert Counter(event.kind.value for _, event in events if event) == expected
    assert len(expected) == 9
    assert expected["gift"] == 129
    unknown = sum(kind_by_hand(one) is None for one, _ in events)
    counts = decoder.counts
    assert (counts.received, counts.decoded) == (len(events), sum(expected.values()))
    assert (counts.unknown, counts.broken) == (unknown, 0)


def test_ids_and_times_are_those_of_the_capture() -> None:
    for one, event in decode_sample()[0]:
        if event:
            assert event.source_id == one.msg_id
            assert event.occurred_at == datetime.fromtimestamp(one.create_time / 1000, UTC)


def test_the_fields_of_the_sample_are_what_stands_on_the_wire() -> None:
    for one, event in decode_sample()[0]:
        raw = one.raw
        if event is None:
            continue
        if event.kind is EventKind.VIEWERS:
            assert event.count == raw.number(3)
        elif event.kind is EventKind.LIKE:
            assert event.count == raw.number(2)
        elif event.kind is EventKind.COMMENT:
            assert event.text == raw.text(3)
        elif event.kind is EventKind.GIFT:
            assert event.gift is not None
            assert event.gift.id == str(raw.number(2)) == str(raw.message(15).number(5))
            streaks = raw.message(15).number(11) == 1
            assert event.gift.streak_id == (str(raw.number(11)) if streaks else "")
            assert event.streak_open == (streaks and raw.number(9) != 1)


def test_the_sample_decodes_as_the_library_decodes_it() -> None:
    """TikTokLive decodes with another protobuf implementation and a schema of its own."""
    # Not at the top: our client has to come first, which keeps the library's import warnings to itself.
    from TikTokLive.proto import tiktok_proto as library

    compared: Counter[str] = Counter()
    for one, event in decode_sample()[0]:
        if event is None or event.viewer is None:
            continue
        theirs = getattr(library, one.method)().parse(one.payload)
        their_user = next(
            getattr(theirs, name) for name in ("user_info", "from_user", "user") if hasattr(theirs, name)
        )
        viewer = event.viewer
        assert (viewer.id, viewer.name) == (str(their_user.id), their_user.nick_name)
        assert viewer.handle == their_user.username
        if event.gift:
            their_gift = theirs.m_gift
            assert (event.gift.id, event.gift.name) == (str(their_gift.id), their_gift.name)
            assert (event.gift.diamonds, event.count) == (their_gift.diamond_count, theirs.repeat_count)
        if event.kind is EventKind.COMMENT:
            assert event.text == theirs.content
        if event.kind is EventKind.LIKE:
            assert event.count == theirs.count
        compared[event.kind.value] += 1
    assert set(compared) == {"comment", "gift", "like", "follow", "share", "join"}


@pytest.mark.parametrize("method", [*KINDS, "WebcastSocialMessage", "WebcastSubNotifyMessage"])
def test_an_empty_message_is_broken(method: str) -> None:
    decoder = WebcastDecoder()
    assert decoder.decode(method, b"", received_at=NOW) is None
    assert (decoder.counts.broken, decoder.counts.decoded) == (1, 0)


def test_truncated_messages_never_raise_and_are_counted() -> None:
    decoder = WebcastDecoder()
    attempts = 0
    for one in captured():
        for length in range(0, len(one.payload), max(1, len(one.payload) // 40)):
            decoder.decode(one.method, one.payload[:length], received_at=NOW)
            attempts += 1
    counts = decoder.counts
    assert counts.received == attempts == counts.decoded + counts.unknown + counts.broken
    assert counts.broken > attempts / 2


def test_random_bytes_never_raise_and_are_counted() -> None:
    rng = random.Random(7)
    decoder = WebcastDecoder()
    methods = [*KINDS, "WebcastSocialMessage", "WebcastQuestionNewMessage"]
    for _ in range(5000):
        decoder.decode(rng.choice(methods), rng.randbytes(rng.randrange(200)), received_at=NOW)
    assert decoder.counts.broken == decoder.counts.received == 5000


def test_flipped_bits_never_raise() -> None:
    rng = random.Random(11)
    decoder = WebcastDecoder()
    sample = [one for one in captured() if one.method in KINDS and one.method != "WebcastControlMessage"]
    for _ in range(3000):
        one = rng.choice(sample)
        payload = bytearray(one.payload)
        payload[rng.randrange(len(payload))] ^= 1 << rng.randrange(8)
        decoder.decode(one.method, bytes(payload), received_at=NOW)
    counts = decoder.counts
    assert counts.received == counts.decoded + counts.unknown + counts.broken


def test_a_message_without_its_viewer_is_broken() -> None:
    decoder = WebcastDecoder()
    assert decode(envelope(pb.WebcastChatMessage(content="chi?")), decoder) is None
    assert decoder.counts.broken == 1


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ciao\0mondo\0", "ciaomondo"),
        ("\x1b[31mrosso\x07\r\n", "\x1b[31mrosso\x07\r\n"),
        ("\u202eolleb\u202c مرحبا \u200fשלום", "\u202eolleb\u202c مرحبا \u200fשלום"),
        ("👩‍👩‍👧‍👦🏳️‍🌈🔥", "👩‍👩‍👧‍👦🏳️‍🌈🔥"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("", ""),
        ("à" * 10_000, "à" * MAX_TEXT_CHARS),
        ("x" * 10_000, "x" * MAX_TEXT_CHARS),
    ],
)
def test_text_is_kept_as_it_was_written_but_for_nul_and_length(written: str, kept: str) -> None:
    event = decode(comment(written, by=user("Zoë\0")))
    assert event is not None
    assert event.viewer is not None
    assert (event.text, event.viewer.name) == (kept, "Zoë")


@pytest.mark.parametrize(
    ("action", "kind"),
    [(0, EventKind.JOIN), (1, EventKind.JOIN), (3, None), (7, None), (26, EventKind.JOIN)],
)
def test_a_member_joins_unless_it_leaves_or_is_muted(action: int, kind: EventKind | None) -> None:
    event = decode(envelope(pb.WebcastMemberMessage(user=user(), action=action)))
    assert (event.kind if event else None) == kind


@pytest.mark.parametrize(("message_type", "kind"), [(0, EventKind.SUBSCRIBE), (1, None), (4, None)])
def test_a_subscription_counts_and_a_reminder_of_one_does_not(
    message_type: int, kind: EventKind | None
) -> None:
    event = decode(envelope(pb.WebcastSubNotifyMessage(user=user(), message_type=message_type)))
    assert (event.kind if event else None) == kind


def test_a_question_is_told_with_who_asks() -> None:
    asked = pb.Question(content="Quando torni live?", user=user("Marco", number=5))
    event = decode(envelope(pb.WebcastQuestionNewMessage(question=asked)))
    assert event is not None
    assert event.viewer is not None
    assert (event.kind, event.text) == (EventKind.QUESTION, "Quando torni live?")
    assert (event.viewer.id, event.viewer.name) == ("5", "Marco")


@pytest.mark.parametrize(
    ("action", "kind"),
    [(1, EventKind.PAUSED), (2, EventKind.RESUMED), (3, EventKind.ENDED), (9, None)],
)
def test_the_state_of_the_live_is_told(action: int, kind: EventKind | None) -> None:
    event = decode(control(action))
    assert (event.kind if event else None) == kind


def test_a_suspended_live_is_a_permanent_fault() -> None:
    with pytest.raises(SourceError) as caught:
        decode(control(SUSPENDED))
    assert (caught.value.fault, caught.value.permanent) == (SourceFault.SUSPENDED, True)


def test_a_deletion_names_comments_and_viewers() -> None:
    event = decode(deletion(7, 8, of_viewers=(42,)))
    assert event is not None
    assert (event.targets, event.target_viewer_ids) == (("7", "8"), ("42",))


def test_viewers_are_those_present_now() -> None:
    event = decode(viewers(321))
    assert event is not None
    assert (event.kind, event.count) == (EventKind.VIEWERS, 321)


def test_a_gift_that_cannot_streak_has_no_streak() -> None:
    message = pb.WebcastGiftMessage(user=user(), gift=pb.Gift(id=7934, type=4), repeat_count=1, group_id=99)
    event = decode(envelope(message))
    assert event is not None
    assert event.gift is not None
    assert (event.gift.streak_id, event.streak_open) == ("", False)
    assert decode(gift(3, group=99)) != event


def given(**fields: object) -> LiveEvent:
    event = decode(envelope(pb.WebcastGiftMessage(**fields)))  # type: ignore[arg-type]
    assert event is not None
    assert event.gift is not None
    return event


def test_a_gift_without_particulars_is_part_of_its_group() -> None:
    events = [
        given(user=user(), gift_id=5655, repeat_count=count, repeat_end=int(over), group_id=7)
        for count, over in ((1, False), (2, False), (3, True))
    ]
    assert [(event.count, event.streak_open) for event in events] == [(1, True), (2, True), (3, False)]
    assert {(event.gift.id, event.gift.name, event.gift.streak_id) for event in events if event.gift} == {
        ("5655", "", "7")
    }


def test_a_streak_without_a_group_is_open_until_its_end() -> None:
    rose = pb.Gift(id=5655, type=1, diamond_count=1, name="Rose")
    event = given(user=user(), gift=rose, repeat_count=2)
    assert event.gift
    assert (event.gift.streak_id, event.streak_open) == ("", True)
    assert not given(user=user(), gift=rose, repeat_count=2, repeat_end=1).streak_open


def test_a_gift_without_a_viewer_is_not_lost() -> None:
    event = given(gift=pb.Gift(id=5655, type=1, name="Rose"), group_id=7, repeat_count=-3)
    assert (event.viewer, event.count) == (None, 1)


def test_a_gift_to_a_guest_says_to_whom() -> None:
    rose = pb.Gift(id=5655, type=1, name="Rose")
    assert given(user=user(), gift=rose, to_user=user("Marco", number=77)).receiver_id == "77"
    assert given(user=user(), gift=rose, to_user=pb.User()).receiver_id == ""
    assert given(user=user(), gift=rose).receiver_id == ""


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (pb.WebcastLikeMessage(count=15, total=1_000), (15, 1_000)),
        (pb.WebcastLikeMessage(count=0, total=1_000, user=user()), (0, 1_000)),
        (pb.WebcastLikeMessage(user=user()), (0, 0)),
        (pb.WebcastLikeMessage(count=-1, total=-1), (0, 0)),
    ],
)
def test_likes_are_those_of_the_message_and_of_the_room(
    sent: pb.WebcastLikeMessage, expected: tuple[int, int]
) -> None:
    event = decode(envelope(sent))
    assert event is not None
    assert (event.count, event.total) == expected


def super_fan(key: str, *, common: bool = False, named: bool = True) -> LiveEvent | None:
    piece = pb.TextPiece(user_value=pb.TextPieceUser(user=user("Anna"))) if named else pb.TextPiece()
    text = pb.Text(key=key, pieces=[pb.TextPiece(), piece])
    return decode(
        envelope(
            pb.WebcastBarrageMessage(common_barrage_content=text)
            if common
            else pb.WebcastBarrageMessage(content=text)
        )
    )


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("ttlive_superFan_commentNotif_someoneBecameSuperFan", EventKind.SUBSCRIBE),
        ("ttlive_superfan_commentnotif_someonebecamesuperfan", EventKind.SUBSCRIBE),
        ("ttlive_superFan_commentNotif_superFanJoined", EventKind.JOIN),
        ("pm_mt_fan_live_join", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("common", [True, False])
def test_a_new_super_fan_subscribes_and_one_who_comes_in_joins(
    key: str, kind: EventKind | None, common: bool
) -> None:
    event = super_fan(key, common=common)
    assert (event.kind if event else None) == kind
    if event:
        assert event.viewer
        assert event.viewer.name == "Anna"
    assert super_fan(key, common=common, named=False) is None, "nobody is named"


def test_a_message_without_an_id_takes_the_envelope_s_or_one_from_its_content() -> None:
    def source_id(text: str, msg_id: int) -> str:
        message = pb.WebcastChatMessage(common=pb.Common(room_id=1), user=user(), content=text)
        payload = message.SerializeToString()
        event = WebcastDecoder().decode("WebcastChatMessage", payload, received_at=NOW, msg_id=msg_id)
        assert event is not None
        return event.source_id

    assert source_id("ciao", 17) == "17"
    assert source_id("ciao", 0) == source_id("ciao", 0) != source_id("addio", 0)


@pytest.mark.parametrize("create_time_ms", [0, -5, 1, 2**62, -(2**62)])
def test_an_implausible_time_gives_way_to_the_arrival_s(create_time_ms: int) -> None:
    message = pb.WebcastChatMessage(common=pb.Common(msg_id=1, create_time=create_time_ms), user=user())
    event = WebcastDecoder().decode("WebcastChatMessage", message.SerializeToString(), received_at=NOW)
    assert event is not None
    assert event.occurred_at == NOW


def test_a_plausible_time_is_kept_to_the_millisecond() -> None:
    sent_at = NOW - timedelta(milliseconds=1234)
    create_time = round(sent_at.timestamp() * 1000)
    message = pb.WebcastChatMessage(common=pb.Common(msg_id=1, create_time=create_time), user=user())
    event = WebcastDecoder().decode("WebcastChatMessage", message.SerializeToString(), received_at=NOW)
    assert event is not None
    assert event.occurred_at == sent_at
