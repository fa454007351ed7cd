"""Somebody in the chat may be in distress: the host says one fixed, kind line, and nothing else about it."""

from dataclasses import replace

from livesessions.pipeline.live import LiveParts
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.rules import ReplaceableGate
from moderation.defaults import shipped_lexicon
from moderation.stage.help_lines import help_line
from moderation.stage.moderator import Moderator
from tests.fakes.live import FakeSource, Stage, comment

GATE = Moderator([], shipped=shipped_lexicon())
DISTRESS = "I want to kill myself"


class CaringStage(Stage):
    """A live that is judged by the shipped lists."""

    def parts(self) -> LiveParts:
        return replace(super().parts(), gate=ReplaceableGate(GATE))


def test_the_host_says_the_help_line_and_the_planner_is_never_asked() -> None:
    stage = CaringStage(FakeSource([(1.0, comment(DISTRESS, source_id="1"))])).play()

    assert stage.sink.said() == [help_line("en")]
    assert stage.words.turns == []
    [reply] = stage.observer.replies
    assert reply.outcome is ReplyOutcome.SPOKEN
    assert reply.text == help_line("en")
    assert reply.trigger_kind == "comment"
    assert reply.trigger is not None
    assert reply.trigger.source_id == "1"


def test_words_of_distress_are_neither_shown_nor_remembered() -> None:
    stage = CaringStage(FakeSource([(1.0, comment(DISTRESS, source_id="1"))])).play()

    assert stage.sink.lines == []
    assert DISTRESS not in str(stage.words.remembered)


def test_the_help_line_is_said_at_most_every_two_minutes() -> None:
    script = [(1.0 + 30 * number, comment(DISTRESS, source_id=str(number))) for number in range(6)]
    stage = CaringStage(FakeSource(script)).play()

    assert stage.sink.times_of("begin") == [1.0, 121.0]


def test_the_help_line_goes_before_a_flood_of_comments() -> None:
    flood = [(1.0 + number / 10, comment("ciao", source_id=f"c{number}")) for number in range(300)]
    script = sorted([*flood, (1.05, comment(DISTRESS, source_id="help"))], key=lambda line: line[0])
    stage = CaringStage(FakeSource(script)).play()

    assert stage.sink.said()[1] == help_line("en")
