import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime

from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from chatsources.webcast import WebcastDecoder
from livesessions.pipeline.intake.streaks import MAX_CLOSED, StreakMerger
from tests.chatsources.raw_protobuf import captured

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def rose(
    count: int, *, over: bool = False, streak: str = "9", viewer: str = "42", source_id: str = ""
) -> LiveEvent:
    return LiveEvent(
        EventKind.GIFT,
        source_id or f"{viewer}-{streak}-{count}-{over}",
        NOW,
        viewer=Viewer(viewer, "Giulia"),
        count=count,
        gift=Gift("5655", "Rose", 1, streak),
        streak_open=not over,
    )


def counts(events: list[LiveEvent]) -> list[int]:
    return [event.count for event in events]


def test_a_streak_comes_out_once_with_its_total() -> None:
    merger = StreakMerger()
    assert [merger.add(rose(count), count) for count in (1, 2, 5)] == [[], [], []]
    (finished,) = merger.add(rose(7, over=True), 8)
    assert (finished.count, finished.streak_open) == (7, False)
    assert merger.next_deadline() is None
    assert merger.expire(math.inf) == []


def test_a_gift_that_cannot_streak_comes_out_at_once() -> None:
    merger = StreakMerger()
    plain = replace(rose(1, over=True), gift=Gift("7934", "Heart Me", 1))
    assert merger.add(plain, 0) == [plain]
    assert merger.add(plain, 0) == [plain]
    assert merger.next_deadline() is None


def test_the_largest_count_is_the_total_in_whatever_order_they_come() -> None:
    merger = StreakMerger()
    for count in (13, 15, 14, 17, 16):
        merger.add(rose(count), 0)
    assert counts(merger.add(rose(16, over=True), 1)) == [17]


def test_a_streak_that_is_never_closed_comes_out_in_time() -> None:
    merger = StreakMerger(timeout_s=8)
    merger.add(rose(1), 100)
    merger.add(rose(4), 103)
    assert merger.next_deadline() == 111
    assert merger.expire(110.9) == []
    assert counts(merger.expire(111)) == [4]
    assert merger.expire(1000) == []


def test_streaks_expire_in_order_of_their_last_events() -> None:
    merger = StreakMerger(timeout_s=8)
    merger.add(rose(1, streak="a"), 0)
    merger.add(rose(2, streak="b"), 1)
    merger.add(rose(3, streak="a"), 2)
    assert merger.next_deadline() == 9
    assert counts(merger.expire(9)) == [2]
    assert counts(merger.expire(10)) == [3]


def test_a_closing_event_that_is_repeated_is_ignored() -> None:
    merger = StreakMerger()
    merger.add(rose(2), 0)
    assert counts(merger.add(rose(2, over=True), 3)) == [2]
    assert merger.add(rose(2, over=True, source_id="again"), 4) == []
    assert merger.add(rose(1, source_id="late"), 5) == []
    assert merger.expire(math.inf) == []


def test_a_closing_event_after_the_time_out_is_ignored() -> None:
    merger = StreakMerger(timeout_s=8)
    merger.add(rose(5), 0)
    assert counts(merger.expire(8)) == [5]
    assert merger.add(rose(5, over=True), 9) == []
    assert merger.next_deadline() is None


def test_a_streak_that_grows_after_the_time_out_brings_only_the_rest() -> None:
    merger = StreakMerger(timeout_s=8)
    merger.add(rose(5), 0)
    assert counts(merger.expire(8)) == [5]
    assert merger.add(rose(9), 20) == []
    assert counts(merger.add(rose(12, over=True), 22)) == [7]
    assert merger.add(rose(12, over=True, source_id="again"), 23) == []


def test_streaks_are_told_apart_by_viewer_gift_and_streak() -> None:
    merger = StreakMerger()
    other_gift = replace(rose(3), gift=Gift("5487", "Finger Heart", 5, "9"))
    for event in (rose(1), rose(2, viewer="43"), rose(4, streak="10"), other_gift):
        assert merger.add(event, 0) == []
    assert sorted(counts(merger.expire(math.inf))) == [1, 2, 3, 4]


def test_closed_streaks_are_remembered_within_bounds() -> None:
    merger = StreakMerger()
    for number in range(MAX_CLOSED + 1):
        merger.add(rose(1, over=True, streak=str(number)), 0)
    assert merger.add(rose(1, over=True, streak=str(MAX_CLOSED)), 1) == []
    assert counts(merger.add(rose(1, over=True, streak="0"), 1)) == [1]


def test_each_real_streak_is_thanked_once_with_its_total() -> None:
    totals: defaultdict[tuple[int, int, int], int] = defaultdict(int)
    plain = 0
    gifts = [one for one in captured() if one.method == "WebcastGiftMessage"]
    for one in gifts:
        raw = one.raw
        if raw.message(15).number(11) != 1:
            plain += 1
            continue
        key = (raw.message(7).number(1), raw.number(2), raw.number(11))
        totals[key] = max(totals[key], raw.number(5))

    merger, decoder = StreakMerger(), WebcastDecoder()
    thanked: list[LiveEvent] = []
    for one in gifts:
        event = decoder.decode(one.method, one.payload, received_at=one.at)
        assert event is not None
        now_s = one.at.timestamp()
        thanked += merger.expire(now_s) + merger.add(event, now_s)
    thanked += merger.expire(math.inf)

    got = Counter(
        {
            (int(event.viewer.id), int(event.gift.id), int(event.gift.streak_id)): event.count
            for event in thanked
            if event.viewer and event.gift and event.gift.streak_id
        }
    )
    assert (len(gifts), len(totals), plain) == (129, 58, 4)
    assert got == totals
    assert len(thanked) == len(totals) + plain
    assert not any(event.streak_open for event in thanked)


# --- streaks without an id ---------------------------------------------------------------------------


def nameless(count: int, *, over: bool = False, viewer: str = "42", gift_id: str = "5655") -> LiveEvent:
    event = rose(count, over=over, viewer=viewer)
    return replace(event, gift=Gift(gift_id, "Rose", 1))


def play(*events: tuple[float, LiveEvent]) -> list[int]:
    """What comes out of events at their seconds, with what is left at the end."""
    merger, finished = StreakMerger(timeout_s=8), []
    for now_s, event in events:
        finished += merger.expire(now_s)
        finished += merger.add(event, now_s)
    return counts([*finished, *merger.expire(math.inf)])


def test_a_streak_without_an_id_comes_out_once_with_its_total() -> None:
    assert play((0, nameless(1)), (1, nameless(2)), (2, nameless(3)), (3, nameless(3, over=True))) == [3]


def test_its_end_that_is_repeated_counts_nothing() -> None:
    assert play((0, nameless(2)), (1, nameless(2, over=True)), (2, nameless(2, over=True))) == [2]


def test_another_streak_of_the_same_gift_counts_anew() -> None:
    first = ((0, nameless(1)), (1, nameless(3, over=True)))
    assert play(*first, (3, nameless(1)), (4, nameless(2, over=True))) == [3, 2]
    assert play(*first, (60, nameless(1)), (61, nameless(5, over=True))) == [3, 5]


def test_a_streak_without_an_id_and_without_an_end_comes_out_in_time() -> None:
    assert play((0, nameless(1)), (2, nameless(4))) == [4]


def test_viewers_and_gifts_are_kept_apart() -> None:
    assert play((0, nameless(1)), (0, nameless(2, viewer="43")), (0, nameless(5, gift_id="1"))) == [1, 2, 5]


def test_a_gift_by_itself_is_no_streak() -> None:
    assert play((0, nameless(1, over=True)), (1, nameless(1, over=True))) == [1, 1]
