"""What is asked in earnest, and not gone into: the host says so, seldom, and none of the viewer's words."""

from dataclasses import replace

from chatsources.events import LiveEvent
from livesessions.pipeline.live import LiveParts
from livesessions.pipeline.rules import ReplaceableGate
from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Action
from planner.stage.planner import Planner
from planner.stage.turn import Character
from tests.fakes.live import FakeSource, Stage, comment

GATE = Moderator([], shipped=shipped_lexicon())
POLITICS = "che ne pensi di Trump?"


class EarnestStage(Stage):
    """A live that is judged by the shipped lists, in safe mode."""

    def parts(self) -> LiveParts:
        return replace(super().parts(), gate=ReplaceableGate(GATE))


def asked(number: int, *, at_s: float, name: str = "") -> tuple[float, LiveEvent]:
    return at_s, comment(POLITICS, source_id=str(number), name=name or f"Anna{number}")


def test_the_question_is_not_shown_and_gets_a_neutral_turn_without_its_words() -> None:
    stage = EarnestStage(FakeSource([asked(1, at_s=1.0, name="Anna")])).play()

    assert stage.sink.lines == []
    [turn] = stage.words.turns
    assert (turn.kind.value, turn.viewer_name, turn.text) == ("neutral", "Anna", "")
    [(_, verdict)] = stage.observer.events
    assert verdict is not None
    assert verdict.action is Action.NEUTRAL_LINE


def test_the_neutral_line_comes_at_most_every_45_seconds_whoever_asks() -> None:
    script = [asked(number, at_s=1.0 + 10 * number) for number in range(10)]
    stage = EarnestStage(FakeSource(script)).play()

    assert stage.sink.times_of("begin") == [1.0, 51.0]


def test_the_real_planner_says_a_ready_line_with_the_sayable_name_and_none_of_the_words() -> None:
    class SpokenStage(EarnestStage):
        def parts(self) -> LiveParts:
            words = Planner(None, Character("Viva", "", "en"), seed=1)
            return replace(super().parts(), planner=words)

    stage = SpokenStage(FakeSource([asked(1, at_s=1.0, name="xX_anna99_Xx")])).play()

    [reply] = stage.observer.replies
    assert reply.usage.model == "stock"
    assert reply.text
    assert "99" not in reply.text
    assert "Trump" not in str(stage.sink.messages)


def test_a_question_that_is_fine_is_answered_as_ever() -> None:
    script = [asked(1, at_s=1.0), (20.0, comment("che musica ascolti?", source_id="2"))]
    stage = EarnestStage(FakeSource(script)).play()

    assert [turn.kind.value for turn in stage.words.turns] == ["neutral", "comment"]


def test_without_safe_mode_it_is_answered_carefully() -> None:
    class OpenStage(Stage):
        def parts(self) -> LiveParts:
            gate = Moderator([], shipped=shipped_lexicon(), safe_mode=False)
            return replace(super().parts(), gate=ReplaceableGate(gate))

    stage = OpenStage(FakeSource([asked(1, at_s=1.0)])).play()

    [turn] = stage.words.turns
    assert (turn.kind.value, turn.text, turn.careful) == ("comment", POLITICS, True)
