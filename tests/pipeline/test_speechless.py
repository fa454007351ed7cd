"""A host that has no words left does not look for them in a circle, and misses nothing else meanwhile."""

from contextlib import aclosing

import pytest

import planner.stage.planner as planner_module
from chatsources.events import LiveEvent
from livesessions.pipeline.selection.no_reply_backoff import NoReplyBackoff
from planner.stage.cues import Cue, NextAction
from planner.stage.planner import Planner
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from tests.fakes.chat_model import FakeChatModel
from tests.fakes.cues import FakeCues
from tests.fakes.live import FakeSource, FakeWords, Stage, at, comment, gift


def rush(*, lasts_s: float, per_s: int = 5) -> list[tuple[float, LiveEvent]]:
    return [
        (1.0 + number / per_s, comment("lol", source_id=str(number), name=f"Viewer {number}"))
        for number in range(round(lasts_s * per_s))
    ]


def wordless_but_for(*texts: str) -> FakeWords:
    def sentences(turn: Turn) -> list[str]:
        return ["Well."] if turn.text in texts or turn.kind is not TurnKind.COMMENT else []

    return FakeWords(sentences)


def tries_of(stage: Stage) -> list[str]:
    return [turn.text for turn in stage.words.turns]


def test_without_words_an_answer_is_tried_again_after_a_pause_that_grows_to_eight_seconds() -> None:
    stage = Stage(FakeSource(rush(lasts_s=60.0)), words=wordless_but_for()).play()

    # After 1, 3, 7, 15, 23 ... seconds; the lines wait for 45 s when no more come.
    assert 9 <= len(tries_of(stage)) <= 15
    assert stage.observer.replies == []


def test_a_line_about_something_else_is_answered_in_the_pause() -> None:
    script = [*rush(lasts_s=20.0), (10.03, comment("where are you from?", source_id="q", name="Quinn"))]
    words = wordless_but_for("where are you from?")
    stage = Stage(FakeSource(sorted(script, key=lambda entry: entry[0])), words=words).play()

    [answer] = stage.observer.replies
    assert answer.times.waited_ms is not None
    assert answer.times.waited_ms < 10


def test_once_something_was_said_the_pauses_begin_anew() -> None:
    speechless = NoReplyBackoff(lambda turn: turn.text)
    turn = Turn(TurnKind.COMMENT, "Anna", "en", text="lol")
    pauses = []
    for second in (0.0, 10.0, 20.0, 30.0):
        speechless.found_nothing(turn, second)
        pauses.append(speechless.left_s(second))
    speechless.found_words()
    after = speechless.left_s(30.0)
    speechless.found_nothing(turn, 40.0)

    assert (pauses, after, speechless.left_s(40.0)) == ([2.0, 4.0, 8.0, 8.0], 0.0, 2.0)


def test_thanks_cues_and_the_streamers_lines_do_not_wait_for_words() -> None:
    cues = FakeCues([(30.0, Cue(NextAction.ANNOUNCE, Turn(TurnKind.ANNOUNCEMENT, "", "en"), "news"))])
    script = [*rush(lasts_s=60.0), (21.0, gift(1, source_id="g", open_=False, streak_id=""))]
    stage = Stage(
        FakeSource(sorted(script, key=lambda entry: entry[0])), words=wordless_but_for(), cues=[cues]
    ).play(at(40.0, lambda live: live.say("Hello!")))

    began = stage.sink.times_of("begin")
    assert stage.sink.said() == ["Well.", "news", "Hello!"]
    assert [round(second) for second in began] == [21, 30, 40]


async def test_without_a_model_a_reply_is_found_without_a_prompt_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planner_module, "build_messages", None)
    planner = Planner(None, Character("Nora", "", "en"), now_s=lambda: 0.0)
    turn = Turn(TurnKind.COMMENT, "Anna", "en", text="hello")

    async with aclosing(planner.plan(turn, TokenUsage())) as sentences:
        assert [sentence async for sentence in sentences]


def test_lines_of_one_intent_are_alike_for_the_planner() -> None:
    planner = Planner(FakeChatModel(), Character("Nora", "", "it"), now_s=lambda: 0.0)

    def intent_of(text: str) -> str:
        return planner.intent_of(Turn(TurnKind.COMMENT, "", "", text=text))

    assert intent_of("ciao") == intent_of("ciaooo a tutti") != intent_of("come stai?")
