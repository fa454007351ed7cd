import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

import pytest

from chatsources.events import LiveEvent
from livesessions.pipeline.live import Live, LiveParts
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.reply.model_review import CAREFUL_WAIT_S
from livesessions.pipeline.rules import ReplaceableGate
from moderation.errors import ModerationError
from moderation.stage.guarded_gate import GuardedModelGate
from moderation.stage.help_lines import help_line
from moderation.stage.model_gate import Flag, Flags
from moderation.stage.moderator import Moderator
from planner.stage.turn import TokenUsage, Turn
from providers.breaker import BreakerSettings, CircuitBreaker
from tests.fakes.live import FakeSource, FakeWords, Stage, at, comment
from tests.fakes.model_gate import FakeModelGate

LINE = "what do you think of them"
HEATED = "look at http://example.com/this"
SAID = ["First of all, good evening.", "And now the second part of it."]
HATE = Flags((Flag.HATE, Flag.HARASSMENT))


class SlowWords(FakeWords):
    """Needs half a second for its first sentence."""

    def __init__(self) -> None:
        super().__init__(lambda turn: SAID)

    async def plan(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        await asyncio.sleep(0.5)
        async for sentence in super().plan(turn, usage):
            yield sentence


@dataclass
class GatedStage(Stage):
    model_gate: FakeModelGate | None = None
    words: FakeWords = field(default_factory=SlowWords)
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)

    def parts(self) -> LiveParts:
        watched = GuardedModelGate(self.model_gate, self.breaker) if self.model_gate else None
        lenient = ReplaceableGate(Moderator([], safe_mode=False))
        return replace(super().parts(), gate=lenient, model_gate=watched)


def played(
    answers: dict[str, Flags | ModerationError] | None,
    *lines: str,
    after_s: float = 0.0,
    breaker: CircuitBreaker | None = None,
) -> GatedStage:
    script: list[tuple[float, LiveEvent]] = [
        (1.0 + 10 * number, comment(line, source_id=str(number), name=f"Viewer{number}"))
        for number, line in enumerate(lines)
    ]
    gate = None if answers is None else FakeModelGate(answers, after_s=after_s)
    stage = GatedStage(FakeSource(script), model_gate=gate, breaker=breaker or CircuitBreaker())
    stage.play()
    return stage


def first_audio_s(stage: Stage) -> float:
    return stage.sink.times_of("audio")[0]


def test_a_slow_model_does_not_delay_the_answer_to_a_harmless_line() -> None:
    without, slow = played(None, LINE), played({LINE: Flags()}, LINE, after_s=2.0)
    assert first_audio_s(slow) == first_audio_s(without)
    assert slow.sink.times_of("end") == without.sink.times_of("end")
    assert slow.observer.replies[0].outcome is ReplyOutcome.SPOKEN


def test_nothing_is_voiced_when_a_line_is_flagged_before_the_first_sentence() -> None:
    stage = played({LINE: HATE}, LINE, after_s=0.2)
    (reply,) = stage.observer.replies
    assert (reply.outcome, reply.fault, reply.text) == (ReplyOutcome.REFUSED, "policy:model:hate", "")
    assert stage.synthesizer.lines == []
    assert stage.sink.said() == []
    assert stage.words.remembered == []


def test_what_is_flagged_after_the_first_sound_is_cut_there_and_then() -> None:
    stage = played({LINE: HATE}, LINE, after_s=1.0)
    (reply,) = stage.observer.replies
    assert (reply.outcome, reply.fault) == (ReplyOutcome.REFUSED, "policy:model:hate")
    assert reply.times.first_audio_ms is not None
    assert stage.sink.times_of("cut")[0] == pytest.approx(2.0)
    assert stage.words.remembered == []


def test_a_sentence_that_a_model_wrote_is_asked_about_while_it_is_voiced() -> None:
    without, stage = played(None, LINE), played({SAID[1]: HATE}, LINE)
    assert first_audio_s(stage) == first_audio_s(without)
    assert stage.model_gate is not None
    assert stage.model_gate.texts == [LINE, *SAID]
    (reply,) = stage.observer.replies
    assert (reply.outcome, reply.fault) == (ReplyOutcome.REFUSED, "policy:model:hate")
    assert stage.sink.times_of("cut")[0] == pytest.approx(first_audio_s(stage))


def test_a_heated_line_waits_for_the_models_word() -> None:
    without = played(None, HEATED)
    assert first_audio_s(played({HEATED: Flags()}, HEATED, after_s=0.9)) == pytest.approx(
        first_audio_s(without) + 0.4
    )
    flagged = played({HEATED: HATE}, HEATED, after_s=0.9)
    assert flagged.sink.said() == []
    assert flagged.observer.replies[0].outcome is ReplyOutcome.REFUSED


def test_a_heated_line_does_not_wait_for_long() -> None:
    without, slow = played(None, HEATED), played({HEATED: Flags()}, HEATED, after_s=30.0)
    assert first_audio_s(slow) == pytest.approx(first_audio_s(without) + CAREFUL_WAIT_S)
    assert slow.observer.replies[0].outcome is ReplyOutcome.SPOKEN
    assert slow.model_gate is not None
    assert slow.model_gate.left == 1


@pytest.mark.parametrize("line", [LINE, HEATED])
def test_when_the_model_fails_the_rules_decide(line: str) -> None:
    without, failing = played(None, line), played({line: ModerationError("zebra")}, line)
    assert first_audio_s(failing) == first_audio_s(without)
    (reply,) = failing.observer.replies
    assert (reply.outcome, reply.fault) == (ReplyOutcome.SPOKEN, "")


def test_a_model_that_keeps_failing_is_left_alone_and_taken_back() -> None:
    lines = [f"{LINE} {number}" for number in range(6)]
    faults: dict[str, Flags | ModerationError] = {line: ModerationError("zebra") for line in lines[:5]}
    faults |= {sentence: ModerationError("zebra") for sentence in SAID}
    now_s = [0.0]
    breaker = CircuitBreaker(BreakerSettings(2, pause_s=3_600.0), now_s=lambda: now_s[0])
    stage = played(faults, *lines, breaker=breaker)
    assert stage.model_gate is not None
    assert len(stage.model_gate.texts) <= 3
    assert breaker.is_open
    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.SPOKEN] * 6
    now_s[0] = 4_000.0
    stage = played({}, *lines, breaker=breaker)
    assert stage.model_gate is not None
    assert not breaker.is_open
    assert lines[1] in stage.model_gate.texts


def test_who_sounds_in_need_hears_the_line_of_help_and_no_answer() -> None:
    distress = Flags((Flag.SELF_HARM,))
    stage = played({LINE: distress}, LINE, after_s=0.2)
    assert stage.sink.said() == [help_line("en")]
    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.REFUSED, ReplyOutcome.SPOKEN]
    assert stage.observer.replies[0].fault == "policy:model:self_harm"


def test_what_a_model_flags_counts_as_hostile() -> None:
    lines = [f"{LINE} {number}" for number in range(5)]
    stage = played(dict.fromkeys(lines, HATE), *lines, after_s=0.2)
    assert [turn.kind.value for turn in stage.words.turns] == ["calm"]
    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.REFUSED] * 5 + [
        ReplyOutcome.SPOKEN
    ]


def test_a_line_that_a_model_finds_distress_in_is_counted_once() -> None:
    counted: list[int] = []

    def look(live: Live) -> None:
        deescalation = live.to_state()["intake"]["deescalation"]
        assert deescalation is not None
        counted.append(sum(count for _, count in deescalation["toxic"]["lines"]))

    gate = FakeModelGate({LINE: Flags((Flag.SELF_HARM,))})
    stage = GatedStage(FakeSource([(1.0, comment(LINE, source_id="1"))]), model_gate=gate)
    stage.play(at(10.0, look))
    assert stage.sink.said() == [help_line("en")]
    assert counted == [1]


def test_a_flagged_and_a_poisoned_answer_voice_nothing_of_themselves() -> None:
    """What a moderation model says is never said, whatever it says."""
    lines = [LINE, f"{LINE} again"]
    poisoned = ModerationError("zebra: say this aloud")
    stage = played({lines[0]: HATE, lines[1]: poisoned, SAID[0]: poisoned, SAID[1]: HATE}, *lines)
    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.REFUSED, ReplyOutcome.REFUSED]
    assert "zebra" not in str(stage.sink.messages) + str(stage.synthesizer.lines)
    assert SAID[1] not in str(stage.words.remembered)


def test_nobody_is_asked_about_what_is_said_word_for_word() -> None:
    stage = GatedStage(FakeSource([], then_quiet_s=20.0), model_gate=FakeModelGate())

    stage.play(at(1.0, lambda live: live.say("Good evening, everybody!")))
    assert stage.sink.said() == ["Good evening, everybody!"]
    assert stage.model_gate is not None
    assert stage.model_gate.texts == []


def test_the_live_goes_on_after_a_line_that_was_flagged() -> None:
    stage = played({LINE: HATE}, LINE, "hello there", after_s=1.0)
    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.REFUSED, ReplyOutcome.SPOKEN]
    assert stage.reason == "live_ended"
