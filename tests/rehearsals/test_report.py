"""The report's figures for small, hand-written traces."""

from datetime import timedelta
from typing import Any

import pytest

from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.records import ReplyRecord, StageTimes
from moderation.stage.help_lines import help_line
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Action, Risk, Verdict
from planner.stage.turn import TokenUsage, TurnKind
from rehearsals.rehearsal.report import make_report
from rehearsals.rehearsal.report_text import report_lines
from rehearsals.rehearsal.rule_checks import PacingLimits
from rehearsals.rehearsal.silent_overlay import PLAYBACK_DELAY_S
from rehearsals.rehearsal.trace import RehearsalTrace, TracedEvent, TracedPlayback, TracedReply
from rehearsals.rehearsal.virtual_clock import EPOCH

GATE = Moderator(["forbidden"])
LIMITS = PacingLimits(3.0, 5.0)


class TraceWriter:
    """Writes a trace by hand."""

    def __init__(self) -> None:
        self.trace = RehearsalTrace(lasted_s=120.0)

    def hears(
        self, at_s: float, text: str, *, name: str = "Anna", verdict: Verdict | None = None
    ) -> LiveEvent:
        source_id = f"line-{len(self.trace.events)}"
        viewer = Viewer(f"id-{name}", name)
        event = LiveEvent(EventKind.COMMENT, source_id, EPOCH, viewer=viewer, text=text)
        self.trace.events.append(TracedEvent(at_s, event, verdict or GATE.review(text)))
        return event

    def gets(self, at_s: float, *, open_: bool) -> LiveEvent:
        event = LiveEvent(
            EventKind.GIFT,
            f"gift-{len(self.trace.events)}",
            EPOCH,
            viewer=Viewer("id-Gino", "Gino"),
            gift=Gift("1", "Rose", 1, "streak"),
            streak_open=open_,
        )
        self.trace.events.append(TracedEvent(at_s, event, None))
        return event

    def says(
        self,
        at_s: float,
        text: str,
        *to: LiveEvent,
        kind: str = TurnKind.COMMENT,
        age_s: float = 2.0,
        lasts_s: float = 4.0,
        **fields: Any,
    ) -> None:
        """Have it sound `at_s`."""
        record = ReplyRecord(
            trigger_kind=kind,
            trigger=to[0] if to else None,
            also=to[1:],
            created_at=EPOCH + timedelta(seconds=at_s - 1),
            generation=0,
            text=text,
            outcome=ReplyOutcome.SPOKEN,
            times=StageTimes(waited_ms=round(age_s * 1000) - 500, first_audio_ms=round(age_s * 1000)),
            usage=TokenUsage("fake", 100, 10, 0.01),
            **fields,
        )
        self.trace.replies[record.id] = TracedReply(at_s, record)
        self.trace.playbacks[record.id] = TracedPlayback(at_s, at_s + lasts_s, [(at_s, text)])

    def report(self) -> dict[str, Any]:
        return make_report(self.trace, gate=GATE, limits=LIMITS)

    def figures(self) -> dict[str, Any]:
        figures: dict[str, Any] = self.report()["figures"]
        return figures


@pytest.fixture
def script() -> TraceWriter:
    return TraceWriter()


def test_lines_viewers_questions_and_answers_are_counted(script: TraceWriter) -> None:
    asked = script.hears(1, "come stai?")
    also = script.hears(2, "e tu come stai?", name="Bea")
    script.hears(3, "e allora?", name="Bea")
    script.hears(4, "forbidden?", name="Ugo")
    script.says(6, "Sto benissimo, grazie a tutti!", asked, also, age_s=5)
    script.says(16, "Parliamo di stagioni: la mia preferita resta l'autunno.", kind=TurnKind.TOPIC)
    figures = script.figures()
    assert (figures["lines"], figures["viewers"], figures["blocked"]) == (4, 3, 1)
    assert figures["blocked_by_category"] == {"blocklist": 1}
    assert (figures["questions"], figures["questions_answered"]) == (3, 2)
    assert figures["questions_share"] == 0.667
    assert figures["replies_by_state"] == {"answer": 1, "topic": 1}
    assert figures["replies_per_minute"] == 1
    assert (figures["age_median_s"], figures["age_at_choice_median_s"]) == (5, 4.5)
    assert (figures["prompt_tokens"], figures["cost_usd"]) == (200, 0.02)


def test_a_line_said_to_somebody_else_is_a_repetition_unless_it_is_owed(script: TraceWriter) -> None:
    anna, bea = script.hears(1, "ciao"), script.hears(2, "ciao", name="Bea")
    script.says(5, "Anna, benvenuta in questa bella serata!", anna)
    script.says(20, "Bea, benvenuta in questa bella serata!", bea)
    rose, other = script.gets(30, open_=False), script.gets(40, open_=False)
    script.says(31, "Grazie di cuore per la rosa!", rose, kind=TurnKind.GIFT, age_s=0.5)
    script.says(41, "Grazie di cuore per la rosa!", other, kind=TurnKind.GIFT, age_s=0.5)
    figures = script.figures()
    assert (figures["repeats"], figures["repeats_owed_too"]) == (1, 2)
    assert figures["likeness_max"] == 1


def test_a_line_may_come_again_after_half_an_hour(script: TraceWriter) -> None:
    script.trace.lasted_s = 4000
    script.says(5, "Benvenuti in questa bella serata!", kind=TurnKind.TOPIC)
    script.says(1900, "Benvenuti in questa bella serata!", kind=TurnKind.TOPIC)
    assert script.figures()["repeats"] == 0


def test_thanks_are_timed_from_the_end_of_the_streak(script: TraceWriter) -> None:
    first = script.gets(10, open_=True)
    script.gets(13, open_=False)
    script.says(14, "Grazie per le rose!", first, kind=TurnKind.GIFT, age_s=3.0)
    figures = script.figures()
    assert figures["gifts_thanked"] == 1
    assert figures["thanks_median_s"] == figures["thanks_max_s"] == pytest.approx(1 - PLAYBACK_DELAY_S)


def test_thanks_are_also_timed_from_when_the_host_was_free(script: TraceWriter) -> None:
    rose = script.gets(10, open_=False)
    script.says(8, "Una frase che dura ancora un poco.", kind=TurnKind.TOPIC, lasts_s=4)
    script.says(13, "Grazie per la rosa!", rose, kind=TurnKind.GIFT, age_s=2.7)
    figures = script.figures()
    assert figures["thanks_median_s"] == pytest.approx(2.7)
    assert figures["thanks_free_median_s"] == pytest.approx(0.7)


def test_a_streak_that_was_never_closed_ends_when_it_is_given_up(script: TraceWriter) -> None:
    first = script.gets(10, open_=True)
    script.says(20, "Grazie per la rosa!", first, kind=TurnKind.GIFT, age_s=0.6)
    assert script.figures()["thanks_median_s"] == 0.6


def test_answers_that_come_too_soon_after_each_other_are_found(script: TraceWriter) -> None:
    lines = [script.hears(n, "ciao", name=f"V{n}") for n in range(3)]
    script.says(10, "La prima risposta della serata.", lines[0], lasts_s=1)
    script.says(14, "Eccone una seconda, ben diversa.", lines[1], lasts_s=1)
    script.says(16, "Questa invece arriva troppo in fretta.", lines[2], lasts_s=1)
    figures = script.figures()
    assert figures["gap_min_s"] == 2
    assert figures["gap_allowed_min_s"] >= 3
    assert figures["gaps_too_short"] == 1


def test_a_toxic_line_that_was_answered_is_found(script: TraceWriter) -> None:
    script.says(5, "Che bella domanda!", script.hears(1, "forbidden"))
    assert script.figures()["toxic_answered"] == 1


def test_distress_may_be_answered_by_the_line_of_help_alone(script: TraceWriter) -> None:
    distress = Verdict(Risk.HIGH, (), Action.HELP)
    script.says(5, help_line("it"), script.hears(1, "...", verdict=distress))
    assert script.figures()["toxic_answered"] == 0
    script.says(30, "Su con la vita!", script.hears(25, "...", verdict=distress))
    assert script.figures()["toxic_answered"] == 1


def test_what_was_asked_in_earnest_may_get_a_neutral_line(script: TraceWriter) -> None:
    earnest = Verdict(Risk.HIGH, (), Action.NEUTRAL_LINE)
    line = script.hears(1, "...", verdict=earnest)
    script.says(5, "Di questo qui non parlo.", line, kind=TurnKind.NEUTRAL)
    assert script.figures()["toxic_answered"] == 0


def test_a_toxic_word_that_was_said_is_found(script: TraceWriter) -> None:
    script.says(5, "This is forbidden!", script.hears(1, "ciao"))
    assert script.figures()["toxic_said"] == 1


def test_silence_is_what_lies_between_the_sounds(script: TraceWriter) -> None:
    script.says(20, "Uno due tre.", kind=TurnKind.TOPIC, lasts_s=10)
    script.says(60, "Quattro cinque sei.", kind=TurnKind.ANNOUNCEMENT, lasts_s=20)
    figures = script.figures()
    assert figures["silence_longest_s"] == 40
    assert figures["silence_share"] == 0.75
    assert figures["time_by_state"] == {"rest": 0.75, "topic": 0.083, "announce": 0.167}


def test_the_timeline_counts_lines_and_spans(script: TraceWriter) -> None:
    script.hears(1, "ciao")
    script.hears(119, "ciao")
    script.says(20, "Uno due tre.", kind=TurnKind.TOPIC, lasts_s=10)
    timeline = script.report()["timeline"]
    assert sum(timeline["lines"]) == 2
    assert (timeline["lines"][0], timeline["lines"][-1]) == (1, 1)
    assert timeline["spans"] == [[20, 30, "topic"]]


def test_targets_are_met_missed_or_not_measured(script: TraceWriter) -> None:
    script.says(5, "Che bella domanda!", script.hears(1, "forbidden"))
    checks = {check["key"]: check["met"] for check in script.report()["checks"]}
    assert checks["age_median_s"] is True
    assert checks["toxic_answered"] is False
    assert checks["thanks_free_median_s"] is None


def test_an_empty_rehearsal_has_a_report_too(script: TraceWriter) -> None:
    figures = script.figures()
    assert figures["silence_longest_s"] == 120
    assert figures["age_median_s"] is None


def test_the_script_can_be_read_in_a_terminal(script: TraceWriter) -> None:
    script.says(65, "Sto bene!", script.hears(61, "come stai?"), state="answer", score={"total": 1.5})
    text = "\n".join(report_lines(script.report()))
    assert "01:05.0 answer   1.50 Anna come stai? -> Sto bene!" in text
    assert "\nrepeats" in text
    assert "Sto bene" not in "\n".join(report_lines(script.report(), with_script=False))
