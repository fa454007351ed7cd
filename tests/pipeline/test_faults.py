"""Providers and sinks that fail: the reply ends silently, the live goes on."""

import pytest

from chatsources.errors import SourceError, SourceFault
from livesessions.pipeline.live import Live
from livesessions.pipeline.outcome import ReplyOutcome
from planner.errors import PlannerError
from speech.errors import SpeechError
from tests.fakes.live import FakeSink, FakeSource, FakeWords, Stage, at, comment
from tests.fakes.synthesizer import FakeSynthesizer


def two_comments() -> FakeSource:
    return FakeSource([(1.0, comment("one", source_id="1")), (20.0, comment("two", source_id="2"))])


def test_a_planner_without_words_fails_the_reply_silently() -> None:
    words = FakeWords(lambda turn: [], error=PlannerError("429 Too Many Requests"))
    stage = Stage(two_comments(), words=words).play()

    assert [(reply.outcome, reply.fault) for reply in stage.observer.replies] == [
        (ReplyOutcome.FAILED, "planner")
    ] * 2
    assert stage.sink.chunks == []
    assert stage.reason == "live_ended"


def test_a_planner_that_fails_in_the_middle_has_its_half_reply_cut() -> None:
    words = FakeWords(lambda turn: ["A first sentence."], error=PlannerError("timed out"))
    stage = Stage(FakeSource([(1.0, comment("one", source_id="1"))]), words=words).play()

    [reply] = stage.observer.replies
    assert reply.outcome is ReplyOutcome.FAILED
    assert reply.id in [value for _, kind, value in stage.sink.messages if kind == "cut"]
    assert "timed out" not in str(stage.sink.messages)


@pytest.mark.parametrize("after", [0, 2])
def test_a_voice_that_fails_ends_the_reply_silently(after: int) -> None:
    voice = FakeSynthesizer(error=SpeechError("quota exceeded"), fail_after=after)
    stage = Stage(two_comments(), synthesizer=voice).play()

    assert [reply.fault for reply in stage.observer.replies] == ["speech", "speech"]
    assert "quota" not in str(stage.sink.messages)


def test_a_failing_provider_is_not_asked_in_a_circle() -> None:
    script = [(1.0, comment(f"line {number}", source_id=str(number))) for number in range(50)]
    words = FakeWords(lambda turn: [], error=PlannerError("down"))
    Stage(FakeSource(script, then_quiet_s=10.0), words=words).play()

    assert len(words.turns) <= 4


def test_an_overlay_out_of_reach_fails_the_reply_and_not_the_live() -> None:
    sink = FakeSink()
    stage = Stage(two_comments(), sink=sink)

    def set_unreachable(unreachable: bool) -> None:
        sink.unreachable = unreachable

    stage.play(at(0.5, lambda _: set_unreachable(True)), at(10.0, lambda _: set_unreachable(False)))

    assert [(reply.outcome, reply.fault) for reply in stage.observer.replies] == [
        (ReplyOutcome.FAILED, "overlay"),
        (ReplyOutcome.SPOKEN, ""),
    ]


def test_the_source_names_the_reason_when_it_gives_up() -> None:
    error = SourceError(SourceFault.USER_OFFLINE, permanent=True)
    stage = Stage(FakeSource([], then_quiet_s=1.0, error=error)).play()

    assert stage.reason == "user_offline"


def test_a_fault_of_ours_ends_the_live_loudly() -> None:
    class Bug(Exception):
        pass

    words = FakeWords(lambda turn: [], error=Bug())
    with pytest.raises(ExceptionGroup) as caught:
        Stage(two_comments(), words=words).play()
    assert caught.group_contains(Bug)


def test_muting_works_while_the_overlay_is_out_of_reach() -> None:
    sink = FakeSink(unreachable=True)
    stage = Stage(two_comments(), sink=sink).play(at(0.5, lambda live: Live.set_muted(live, True)))

    assert stage.observer.replies == []
