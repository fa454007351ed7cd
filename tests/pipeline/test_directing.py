"""What the host does next: the best line and not the next, thanks in time, and cues in their order."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from chatsources.events import EventKind, LiveEvent
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.selection.rates import Rates
from planner.stage.cues import Cue, NextAction
from planner.stage.turn import Turn, TurnKind
from tests.fakes.cues import FakeCues
from tests.fakes.live import BLOCKED, FakeSource, FakeWords, Stage, at, comment, gift, happening
from tests.fakes.synthesizer import FakeSynthesizer

Script = list[tuple[float, LiveEvent]]
SYLLABLES = ("rino", "stola", "vek", "mpu", "xadi", "zza", "ghi")


def given(diamonds: int, *, source_id: str, name: str) -> LiveEvent:
    event = gift(1, source_id=source_id, open_=False, name=name, streak_id="")
    assert event.gift is not None
    return replace(event, gift=replace(event.gift, diamonds=diamonds, name=f"Gift of {diamonds}"))


def heard(*texts: str, start_s: float = 1.1) -> Script:
    """A first line that is answered at once, and others of one viewer each that wait meanwhile."""
    script = [(1.0, comment("first", source_id="0", name="Zero"))]
    return script + [
        (start_s + number / 100, comment(text, source_id=str(number + 1), name=f"Viewer{chr(65 + number)}"))
        for number, text in enumerate(texts)
    ]


def answered(stage: Stage) -> list[str]:
    return [turn.text for turn in stage.words.turns]


def cue(state: NextAction, line: str) -> Cue:
    return Cue(state, Turn(TurnKind.ANNOUNCEMENT, "", "en"), line, key=line)


# --- the best line -----------------------------------------------------------------------------------


def test_the_best_line_is_answered_and_not_the_next() -> None:
    stage = Stage(FakeSource(heard("ciao", "Nora, how old are you?", "lol", "😂"))).play()

    assert answered(stage)[:2] == ["first", "Nora, how old are you?"]


def test_a_viewer_is_not_answered_twice_in_a_row_while_others_wait() -> None:
    script = [
        (1.0 + number / 100, comment(f"Nora, why {number}?", source_id=str(number))) for number in range(3)
    ]
    script.append((1.2, comment("hm", source_id="other", name="Bruno")))
    stage = Stage(FakeSource(script)).play()

    assert [turn.viewer_name for turn in stage.words.turns] == ["Anna", "Bruno", "Anna", "Anna"]


def test_a_question_of_several_is_answered_once_and_names_them() -> None:
    stage = Stage(
        FakeSource(heard("where do you live?", "hello", "where do you live??", "so where do u live"))
    ).play()

    [question] = [turn for turn in stage.words.turns if "live" in turn.text]
    assert (question.viewer_name, question.also) == ("ViewerD", ("ViewerA", "ViewerC"))
    reply = stage.observer.replies[1]
    assert reply.trigger is not None
    assert [reply.trigger.source_id, *(event.source_id for event in reply.also)] == ["4", "1", "3"]


def test_a_viewer_who_asks_again_and_again_is_named_once() -> None:
    script = heard("where do you live?") + [
        (1.2 + number / 10, comment("where do you live?", source_id=f"again {number}", name="ViewerA"))
        for number in range(5)
    ]
    stage = Stage(FakeSource(script)).play()

    assert answered(stage) == ["first", "where do you live?"]
    assert stage.words.turns[1].also == ()


def test_a_question_just_answered_waits_for_others() -> None:
    script = heard("Nora, where do you live?")
    script += [
        (6.0, comment("Nora, where do you live?", source_id="late", name="Late")),
        (6.1, comment("what a day", source_id="other", name="Other")),
    ]
    stage = Stage(FakeSource(sorted(script, key=lambda entry: entry[0]))).play()

    assert answered(stage)[2] == "what a day"


def test_gifters_are_answered_before_others() -> None:
    script = [(0.5, given(1, source_id="gift", name="ViewerB")), *heard("hello there all", "hello there all")]
    stage = Stage(FakeSource(script)).play()

    assert [turn.viewer_name for turn in stage.words.turns[:2]] == ["ViewerB", "ViewerB"]


def questions(seconds: range) -> Script:
    """One question at each second, none like another, all by one viewer."""
    places = [first + second for first in ("ba", "de", "fi", "go", "lu", "ma") for second in SYLLABLES]
    return [
        (float(second), comment(f"why {place}?", source_id=str(second)))
        for second, place in zip(seconds, places, strict=False)
    ]


def test_a_viewer_gets_no_more_answers_than_allowed() -> None:
    script = questions(range(1, 370, 10))
    others = [
        (100.0 * number, comment("lol", source_id=f"other {number}", name=f"Other {number}"))
        for number in range(4)
    ]
    script = sorted([*script, *others], key=lambda entry: entry[0])
    stage = Stage(FakeSource(script), rates=Rates(answers_per_viewer=3)).play()

    answers = [reply for reply in stage.observer.replies if reply.trigger and "why" in reply.trigger.text]
    starts = [reply.created_at.timestamp() for reply in answers]
    assert len(starts) >= 4
    assert all(after - before >= 299.0 for before, after in zip(starts, starts[3:], strict=False))


def test_whoever_is_alone_in_the_chat_is_answered_as_often_as_they_write() -> None:
    script = [
        (1.0, comment("hello", source_id="other", name="Other")),
        *questions(range(10, 400, 10)),
    ]
    stage = Stage(FakeSource(script), rates=Rates(answers_per_viewer=2)).play()

    asked = [reply.created_at.timestamp() % 1_000 for reply in stage.observer.replies]
    alone_from_s = asked[0] + 120.0
    assert len([at_s for at_s in asked if at_s < alone_from_s]) == 3
    assert len([at_s for at_s in asked if at_s >= alone_from_s]) >= 27


def test_no_more_is_answered_in_a_minute_than_allowed() -> None:
    script = [
        (1.0 + number, comment("why so?", source_id=str(number), name=f"Viewer {number}"))
        for number in range(150)
    ]
    stage = Stage(FakeSource(script), rates=Rates(answers_per_minute=5)).play()

    starts = stage.sink.times_of("begin")
    assert len(starts) >= 10
    assert min(after - before for before, after in zip(starts, starts[5:], strict=False)) >= 60.0


def test_the_host_speaks_more_seldom_in_a_rush() -> None:
    def gaps(lines_per_s: float) -> list[float]:
        script = [
            (1.0 + number / lines_per_s, comment("hello", source_id=str(number), name=f"Viewer {number}"))
            for number in range(round(60 * lines_per_s))
        ]
        starts = Stage(FakeSource(script), rates=Rates(answers_per_minute=60)).play().sink.times_of("begin")
        return [after - before for before, after in pairwise(starts[4:12])]

    assert max(gaps(10.0)) == pytest.approx(5.0)
    assert min(gaps(10.0)) == pytest.approx(5.0)
    assert min(gaps(0.33)) < 3.2


def test_the_reply_knows_its_state_and_its_score() -> None:
    stage = Stage(FakeSource(heard("Nora, how old are you?"))).play()

    reply = stage.observer.replies[1]
    assert reply.state == "answer"
    assert reply.score["question"] > 0
    assert reply.score["total"] == pytest.approx(sum(reply.score.values()) - reply.score["total"], abs=0.05)


# --- thanks ------------------------------------------------------------------------------------------


def test_thanks_do_not_wait_for_the_cooldown() -> None:
    script = [(1.0, comment("hello", source_id="1")), (2.5, given(50, source_id="2", name="Gino"))]
    stage = Stage(FakeSource(script), cooldown_s=30.0).play()

    first, second = stage.observer.replies
    assert first.outcome is ReplyOutcome.SPOKEN
    assert second.state == "thank"
    assert second.times.first_audio_ms is not None
    assert second.times.first_audio_ms <= 1_000


def test_small_gifts_are_gathered_into_one_thanks() -> None:
    script = heard() + [
        (1.1 + number / 100, given(1, source_id=f"gift {number}", name=name))
        for number, name in enumerate(("Ada", "Bea", "Carl", "Ada"))
    ]
    stage = Stage(FakeSource(script)).play()

    [thanks] = [turn for turn in stage.words.turns if turn.kind is TurnKind.GIFT]
    assert (thanks.viewer_name, thanks.also, thanks.count, thanks.diamonds) == ("Ada", ("Bea", "Carl"), 4, 4)
    assert thanks.gift_name == "Gift of 1"
    assert len(stage.observer.replies[1].also) == 3


def test_a_big_gift_is_thanked_alone_and_first() -> None:
    script = [
        *heard(),
        (1.1, given(1, source_id="a", name="Ada")),
        (1.2, given(50, source_id="b", name="Bea")),
        (1.3, given(5_000, source_id="c", name="Carl")),
    ]
    stage = Stage(FakeSource(script)).play()

    thanks = [(turn.viewer_name, turn.also) for turn in stage.words.turns if turn.kind is TurnKind.GIFT]
    assert thanks == [("Carl", ()), ("Ada", ()), ("Bea", ())]


@pytest.mark.parametrize("diamonds", [10, 5_000])
def test_only_a_big_gift_interrupts_and_only_at_the_end_of_a_sentence(diamonds: int) -> None:
    sentences = ["The first of three sentences.", "The second of three sentences.", "The third of them all."]
    words = FakeWords(lambda turn: sentences if turn.kind is TurnKind.COMMENT else ["Thanks!"])
    script = [(1.0, comment("hello", source_id="1")), (2.0, given(diamonds, source_id="2", name="Gino"))]
    stage = Stage(FakeSource(script), words=words).play()

    first, _ = stage.observer.replies
    ends_s = 1.0 + 0.3 + stage.synthesizer.duration_of_s(sentences[0])
    assert first.outcome is ReplyOutcome.SPOKEN
    if diamonds == 10:
        assert words.remembered[0] == " ".join(sentences)
        assert stage.sink.times_of("cut") == [stage.sink.messages[-2][0]]
    else:
        assert words.remembered[0] == first.text == sentences[0]
        assert stage.sink.messages[-1][0] > stage.sink.times_of("cut")[0] == pytest.approx(ends_s + 0.1)
        assert stage.sink.times_of("begin")[1] == pytest.approx(ends_s + 0.4)


def test_a_sentence_that_is_not_made_yet_is_not_made_any_more_when_a_big_gift_comes() -> None:
    words = FakeWords(lambda turn: ["x" * 100, "y" * 100, "z" * 100])
    script = [(1.0, comment("hello", source_id="1")), (1.0, given(5_000, source_id="2", name="Gino"))]
    stage = Stage(FakeSource(script), words=words).play()

    assert "z" * 100 not in stage.observer.replies[0].text
    assert stage.observer.replies[0].outcome is ReplyOutcome.SPOKEN


def test_a_big_gift_does_not_interrupt_the_thanks_of_another() -> None:
    words = FakeWords(lambda turn: ["Thank you so much!", "What a gift."])
    script = [(1.0, given(50, source_id="1", name="Ada")), (1.5, given(5_000, source_id="2", name="Gino"))]
    stage = Stage(FakeSource(script), words=words).play()

    assert [reply.text for reply in stage.observer.replies] == ["Thank you so much! What a gift."] * 2


def test_a_storm_of_gifts_lets_answers_through_and_every_gift_is_thanked() -> None:
    gifts = [
        (1.0 + number, given(50, source_id=f"gift {number}", name=f"Giver {number}")) for number in range(60)
    ]
    chat = [
        (1.5 + number, comment("why?", source_id=f"{number}", name=f"V {number}")) for number in range(60)
    ]
    script = sorted([*gifts, *chat], key=lambda entry: entry[0])
    stage = Stage(FakeSource(script, then_quiet_s=200.0)).play()

    states = [reply.state for reply in stage.observer.replies if reply.created_at.minute == 0]
    assert states.count("answer") >= 5
    assert "thank thank thank thank" not in " ".join(states)
    thanked = [
        event.source_id
        for reply in stage.observer.replies
        if reply.state == "thank" and reply.trigger
        for event in (reply.trigger, *reply.also)
    ]
    assert sorted(thanked) == sorted(event.source_id for _, event in gifts)
    starts = [
        at for at, turn in zip(stage.sink.times_of("begin"), stage.words.turns, strict=True) if turn.gift_name
    ]
    assert min(after - before for before, after in zip(starts, starts[10:], strict=False)) >= 60.0


def test_follows_go_turn_about_with_answers() -> None:
    script = heard(*["why?"] * 4) + [
        (1.5 + number / 10, happening(EventKind.FOLLOW, source_id=f"follow {name}", name=name))
        for number, name in enumerate(("Leo", "Mia", "Zoe"))
    ]
    stage = Stage(FakeSource(script)).play()

    assert [reply.state for reply in stage.observer.replies][:4] == ["answer", "thank", "answer", "thank"]


# --- of its own accord -------------------------------------------------------------------------------


def test_cues_come_in_the_order_of_their_states_and_their_sources() -> None:
    first = FakeCues([(5.0, cue(NextAction.TOPIC, "topic")), (5.0, cue(NextAction.ANNOUNCE, "news"))])
    second = FakeCues([(5.0, cue(NextAction.GAME, "game")), (5.0, cue(NextAction.ANNOUNCE, "other news"))])
    stage = Stage(FakeSource([]), cues=[first, second]).play()

    assert stage.sink.said() == ["game", "other news", "topic", "news"]


def test_a_cue_is_said_at_its_time_word_for_word_and_recorded() -> None:
    cues = FakeCues([(7.0, cue(NextAction.ANNOUNCE, "Follow the channel!"))])
    stage = Stage(FakeSource([]), cues=[cues]).play()

    [taken_at_s] = stage.sink.times_of("begin")
    assert taken_at_s == pytest.approx(7.0, abs=0.01)
    assert [key for _, key in cues.taken] == ["Follow the channel!"]
    [reply] = stage.observer.replies
    assert (reply.text, reply.state, reply.trigger_kind) == (
        "Follow the channel!",
        "announce",
        "announcement",
    )
    assert reply.trigger is None
    assert stage.words.turns == []


def test_an_announcement_goes_before_answers_and_a_topic_after_them() -> None:
    cues = [
        FakeCues([(1.1, cue(NextAction.ANNOUNCE, "news"))]),
        FakeCues([(1.1, cue(NextAction.TOPIC, "topic"))]),
    ]
    stage = Stage(FakeSource(heard("why?", "how?")), cues=cues).play()

    said = stage.sink.said()
    assert said[1] == "news"
    assert said[-1] == "topic"
    assert len(said) == 5


def test_a_game_does_not_wait_for_the_cooldown() -> None:
    cues = FakeCues([(3.0, cue(NextAction.GAME, "Marco was first!"))])
    stage = Stage(FakeSource(heard("why?")), cues=[cues], cooldown_s=20.0).play()

    assert stage.sink.times_of("begin")[1] == pytest.approx(3.0, abs=0.01)


def test_a_cue_that_may_not_be_said_is_not_tried_in_a_circle() -> None:
    cues = FakeCues([(2.0, cue(NextAction.ANNOUNCE, f"So {BLOCKED}!"))])
    stage = Stage(FakeSource([]), cues=[cues]).play()

    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.REFUSED]
    assert len(cues.taken) == 1


def test_a_cue_that_was_cut_before_a_sound_comes_again() -> None:
    cues = FakeCues([(2.0, cue(NextAction.ANNOUNCE, "news"))])

    async def wait(piece: int) -> None:
        await asyncio.sleep(3.0)

    stage = Stage(FakeSource([]), cues=[cues], synthesizer=FakeSynthesizer(before_piece=wait)).play(
        at(3.0, lambda live: live.set_muted(True)), at(10.0, lambda live: live.set_muted(False))
    )

    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.MUTED, ReplyOutcome.SPOKEN]
    assert stage.sink.times_of("begin") == [13.0]


def test_nobody_is_asked_in_a_circle_while_nothing_happens() -> None:
    class Impatient(FakeCues):
        def wakes_at_s(self, now_s: float) -> float | None:
            return now_s

    cues = Impatient([])
    Stage(FakeSource([], then_quiet_s=10.0), cues=[cues]).play()

    assert cues.asked <= 200
