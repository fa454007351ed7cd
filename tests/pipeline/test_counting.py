"""What counts once: follows, likes, gifts without particulars, and the same message again."""

from dataclasses import replace
from typing import Any

import pytest

from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from livesessions.pipeline.selection.rates import Rates
from livesessions.pipeline.state import LiveState
from tests.fakes.live import FakeSource, FakeWords, Stage, at, comment, gift, happening


def told(stage: Stage, kind: str) -> list[Any]:
    return [value for _, told_kind, value in stage.sink.messages if told_kind == kind]


def thanks(stage: Stage) -> list[str]:
    return [turn.kind.value for turn in stage.words.turns]


# --- once a viewer and live --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [EventKind.FOLLOW, EventKind.SHARE, EventKind.SUBSCRIBE])
def test_a_viewer_who_does_it_again_is_counted_shown_and_thanked_once(kind: EventKind) -> None:
    script = [(1.0 + 20 * number, happening(kind, source_id=str(number))) for number in range(3)]
    stage = Stage(FakeSource(script)).play()

    assert told(stage, "tally") == [{kind.value: 1}]
    assert thanks(stage) == [kind.value]
    assert stage.observer.counts["repeated"] == 2
    assert len(stage.observer.events) == 3, "the log has them all"


def test_each_viewer_and_each_kind_counts() -> None:
    script = [
        (1.0, happening(EventKind.FOLLOW, source_id="1")),
        (2.0, happening(EventKind.SHARE, source_id="2")),
        (3.0, happening(EventKind.FOLLOW, source_id="3", name="Leo")),
    ]
    stage = Stage(FakeSource(script)).play()
    assert told(stage, "tally")[-1] == {"follow": 2, "share": 1}


def test_viewers_who_cannot_be_told_apart_all_count() -> None:
    nobody = Viewer(id="", name="Zoe")
    script = [
        (1.0 + number, replace(happening(EventKind.FOLLOW, source_id=str(number)), viewer=nobody))
        for number in range(2)
    ]
    assert told(Stage(FakeSource(script)).play(), "tally")[-1] == {"follow": 2}


def test_the_next_worker_knows_who_has_followed() -> None:
    states: list[LiveState] = []
    first = Stage(FakeSource([(1.0, happening(EventKind.FOLLOW, source_id="1"))]))
    first.play(at(5.0, lambda live: states.append(live.to_state())))
    second = Stage(FakeSource([(2.0, happening(EventKind.FOLLOW, source_id="2"))]))
    second.play(at(1.0, lambda live: live.restore(states[0])))
    assert told(second, "tally")[-1] == {"follow": 1}


# --- likes -------------------------------------------------------------------------------------------


def like(source_id: str, count: int, total: int = 0) -> LiveEvent:
    return replace(happening(EventKind.LIKE, source_id=source_id, count=count), total=total)


@pytest.mark.parametrize(
    ("likes", "shown"),
    [
        ([(15, 0), (5, 0)], 20),
        ([(0, 0), (3, 0)], 3),
        ([(0, 21_349)], 21_349),
        ([(15, 1_000), (5, 1_200)], 1_200),
        ([(15, 1_200), (5, 1_000)], 1_200),
        ([(15, 0), (5, 1_000), (2, 0)], 1_002),
    ],
)
def test_likes_follow_the_rooms_total_and_are_added_up_without_one(
    likes: list[tuple[int, int]], shown: int
) -> None:
    script = [(1.0 + at_s, like(str(at_s), *counts)) for at_s, counts in enumerate(likes)]
    assert told(Stage(FakeSource(script)).play(), "tally")[-1] == {"like": shown}


# --- gifts -------------------------------------------------------------------------------------------


def test_a_streak_without_particulars_is_one_gift_with_a_name() -> None:
    unknown = Gift("0", "", 0, "7")
    script = [
        (float(place), replace(gift(count, source_id=str(place), open_=place < 4), gift=unknown))
        for place, count in enumerate((1, 2, 3, 3), start=1)
    ]
    stage = Stage(FakeSource(script)).play()

    assert told(stage, "tally")[-1] == {"gift": 3}
    assert [turn.count for turn in stage.words.turns] == [3]
    assert stage.sink.lines == ["gift × 3"]


def test_a_gift_to_a_guest_is_shown_and_neither_counted_nor_thanked() -> None:
    to_guest = replace(gift(1, source_id="1", open_=False, streak_id=""), receiver_id="77")
    stage = Stage(FakeSource([(1.0, to_guest)])).play()

    assert len(stage.sink.lines) == 1
    assert not told(stage, "tally")
    assert not stage.words.turns


def test_a_gift_of_nobody_known_is_counted_and_thanked() -> None:
    nameless = replace(gift(2, source_id="1", open_=False, streak_id=""), viewer=None)
    stage = Stage(FakeSource([(1.0, nameless)])).play()

    assert told(stage, "tally")[-1] == {"gift": 2}
    assert thanks(stage) == ["gift"]


# --- the same message again --------------------------------------------------------------------------

OFTEN = Rates(cooldown_min_s=2.0, cooldown_max_s=2.0, answers_per_viewer=50)


def texts(stage: Stage) -> list[str]:
    return [turn.text for turn in stage.words.turns]


@pytest.mark.parametrize(
    "spelling",
    [
        lambda number: "follow me back please",
        lambda number: f"follow me back please {number}",
        lambda number: "follow me back please" + "!" * number,
        lambda number: "Follow me baaack pleeease" if number % 2 else "FOLLOW ME BACK PLEASE",
        lambda number: "follow me back pls" if number % 2 else "follow me back plz",
        lambda number: "🙏" * 3,
    ],
    ids=["alike", "numbered", "louder", "drawn out", "slips", "emoji"],
)
def test_a_viewer_who_repeats_a_message_is_answered_once(spelling: object) -> None:
    script = [
        (1.0 + number / 5, comment(spelling(number), source_id=str(number)))  # type: ignore[operator]
        for number in range(40)
    ]
    stage = Stage(FakeSource(script), rates=OFTEN).play()
    assert len(texts(stage)) == 1


def test_it_is_answered_once_also_in_a_full_chat() -> None:
    script = [
        (1.0 + number / 5, comment("follow me back please", source_id=str(number))) for number in range(40)
    ]
    others = [
        (1.1 + number, comment(f"{word} is nice", source_id=word, name=word))
        for number, word in enumerate(("Rome", "jazz", "winter", "pizza"))
    ]
    stage = Stage(FakeSource(sorted([*script, *others], key=lambda entry: entry[0])), rates=OFTEN).play()
    assert texts(stage).count("follow me back please") == 1
    assert len(texts(stage)) == 5


def test_what_comes_after_the_answer_is_not_answered_again_while_it_goes_on() -> None:
    spam = [(1.0 + 10 * number, comment("follow me back", source_id=str(number))) for number in range(30)]
    others = [
        (5.0 + 20 * number, comment(f"{number} times {number}", source_id=f"o{number}", name="Leo"))
        for number in range(14)
    ]
    stage = Stage(FakeSource(sorted([*spam, *others], key=lambda entry: entry[0])), rates=OFTEN).play()
    assert texts(stage).count("follow me back") == 1


def test_a_viewer_alone_in_the_chat_may_ask_again_after_half_a_minute() -> None:
    script = [(1.0, comment("hello", source_id="1")), (40.0, comment("hello", source_id="2"))]
    assert texts(Stage(FakeSource(script)).play()) == ["hello", "hello"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("is it 5 euros?", "is it 6 euros?"),
        ("yes", "no"),
        ("where are you?", "who are you?"),
        ("I like cats", "I like dogs"),
    ],
)
def test_messages_that_say_something_else_are_answered(first: str, second: str) -> None:
    script = [(1.0, comment(first, source_id="1")), (9.0, comment(second, source_id="2"))]
    assert texts(Stage(FakeSource(script)).play()) == [first, second]


def test_two_viewers_with_the_same_message_are_both_answered() -> None:
    script = [
        (1.0, comment("I like this song", source_id="1")),
        (9.0, comment("I like this song", source_id="2", name="Leo")),
    ]
    assert len(texts(Stage(FakeSource(script)).play())) == 2


def test_the_next_worker_knows_what_was_answered() -> None:
    states: list[LiveState] = []
    first = Stage(FakeSource([(1.0, comment("follow me back", source_id="1"))]))
    first.play(at(6.0, lambda live: states.append(live.to_state())))
    second = Stage(FakeSource([(2.0, comment("follow me back", source_id="2"))]))
    second.play(at(1.0, lambda live: live.restore(states[0])))
    assert not texts(second)


def test_a_message_whose_answer_was_cut_off_may_be_answered_again() -> None:
    script = [(1.0, comment("how are you?", source_id="1")), (9.0, comment("how are you?", source_id="2"))]
    stage = Stage(FakeSource(script), words=FakeWords(lambda turn: ["x" * 80]))
    stage.play(at(2.0, lambda live: live.skip()))
    assert texts(stage) == ["how are you?"] * 2
