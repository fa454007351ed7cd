"""From a sentence to its sound: cut into pieces, voiced ahead, in order, no further than it is wanted."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from livesessions.pipeline.live import Live, LiveParts
from livesessions.pipeline.outcome import ReplyOutcome
from planner.stage.turn import Turn
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk
from speech.stage.clauses import split_for_voice
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tests.fakes.live import VOICE, FakeSource, FakeWords, Stage, at, comment
from tests.fakes.synthesizer import FakeSynthesizer, tone

LONG = "Benvenuti a tutti nella diretta, questa sera parliamo di viaggi in bicicletta."
FIRST, REST = "Benvenuti a tutti nella diretta,", "questa sera parliamo di viaggi in bicicletta."


class Asked:
    """A provider that notes when it is asked, answers after `latency_s`, and fails `failures` times first."""

    def __init__(self, *, latency_s: float = 0.3, failures: int = 0, seconds_per_character: float = 0.05):
        self.lines: list[tuple[float, str]] = []
        self.open = 0
        self._latency_s = latency_s
        self._failures = failures
        self._pace = seconds_per_character

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.lines.append((asyncio.get_running_loop().time(), text))
        self.open += 1
        try:
            await asyncio.sleep(self._latency_s)
            if self._failures:
                self._failures -= 1
                raise SpeechError("quota exceeded for key sk-1")
            audio = tone(len(text) * self._pace)
            for start in range(0, len(audio), 9_600):
                await asyncio.sleep(0.02)
                yield AudioChunk(audio[start : start + 9_600], 24_000)
        finally:
            self.open -= 1

    def asked_for(self, text: str) -> float:
        return next(at_s for at_s, line in self.lines if line == text)


@dataclass
class Splitting(Stage):
    """A stage whose voice is slow enough to be asked in pieces."""

    provider: Any = None

    def parts(self) -> LiveParts:
        parts = super().parts()
        return LiveParts(
            **{
                **{name: getattr(parts, name) for name in LiveParts.__slots__},
                "voice": Speaker(self.provider, VOICE, splits=True),
            }
        )


def stage_of(provider: Asked, *sentences: str) -> Splitting:
    source = FakeSource([(1.0, comment("ciao", source_id="1"))], then_quiet_s=40.0)
    return Splitting(source, words=FakeWords(lambda turn: list(sentences)), provider=provider)


def captions(stage: Stage) -> list[tuple[str, int]]:
    return [value for _, kind, value in stage.sink.messages if kind == "caption"]


def cuts(stage: Stage) -> list[float]:
    return [at_s for at_s, kind, value in stage.sink.messages if kind == "cut" and value is not None]


def test_the_first_clause_is_asked_for_first_and_the_rest_beside_it() -> None:
    provider = Asked()
    stage = stage_of(provider, LONG).play()
    assert [line for _, line in provider.lines] == [FIRST, REST]
    assert provider.asked_for(REST) == provider.asked_for(FIRST)
    assert stage.sink.said() == [LONG]
    assert captions(stage) == []
    assert stage.observer.replies[0].text == LONG


def test_the_pieces_are_heard_in_their_order_without_a_gap() -> None:
    stage = stage_of(Asked(), LONG, "Scrivetemi da dove venite.").play()
    sequences = [sequence for _, sequence, _ in stage.sink.chunks]
    assert sequences == list(range(len(sequences)))
    [(text, at_ms)] = captions(stage)
    assert text == "Scrivetemi da dove venite."
    assert at_ms == round((len(FIRST) + len(REST)) * 50)


def test_no_text_is_turned_into_sound_while_five_seconds_are_still_to_be_heard() -> None:
    provider = Asked(seconds_per_character=0.1)
    first, second = "A" * 120, "B" * 20
    stage = stage_of(provider, first, second).play()
    [begun_s, *_] = stage.sink.times_of("audio")
    assert provider.asked_for(second) - begun_s == pytest.approx(12.0 + 0.3 - 5.0, abs=0.2)
    assert stage.observer.replies[0].outcome is ReplyOutcome.SPOKEN


@pytest.mark.parametrize("moment_s", [1.2, 1.5])
def test_a_cut_lets_go_of_every_piece_at_once(moment_s: float) -> None:
    provider = Asked(seconds_per_character=0.3)
    left: list[int] = []

    async def look(live: Live) -> None:
        await asyncio.sleep(moment_s)
        live.skip()
        await asyncio.sleep(0.05)
        left.append(provider.open)

    stage = stage_of(provider, LONG).play(look)
    assert provider.lines
    assert left == [0]
    assert stage.observer.replies[0].outcome is ReplyOutcome.SKIPPED
    assert [at_s for at_s in stage.sink.times_of("audio") if at_s > moment_s] == []


def test_a_line_that_no_voice_can_say_is_shown_and_said_two_seconds_later() -> None:
    provider = Asked(failures=1)
    stage = stage_of(provider, "Ciao a tutti.").play()
    [shown_s] = stage.sink.times_of("show_text")
    assert provider.lines[1][0] - shown_s == pytest.approx(2.0, abs=0.01)
    [reply] = stage.observer.replies
    assert (reply.outcome, reply.fault, reply.text) == (ReplyOutcome.SPOKEN, "speech", "Ciao a tutti.")
    assert "quota" not in str(stage.sink.messages)


def test_a_line_that_no_voice_can_say_is_tried_once_more_and_stays_to_be_read() -> None:
    provider = Asked(failures=9)
    text = "Questa frase non la dice nessuno, ma si legge."
    stage = stage_of(provider, text, "E questa non arriva mai.").play()
    [shown_s], [gone_s] = stage.sink.times_of("show_text"), cuts(stage)
    assert [line for _, line in provider.lines] == split_for_voice(text, VOICE.language) * 2
    assert gone_s - shown_s > 0.06 * len(text)
    [reply] = stage.observer.replies
    assert (reply.outcome, reply.fault, reply.text) == (ReplyOutcome.FAILED, "speech", text)
    assert "quota" not in str(stage.sink.messages) + str(reply)
    assert stage.sink.chunks == []


def test_a_skip_takes_away_what_is_shown() -> None:
    stage = stage_of(Asked(failures=9), "Ciao a tutti.").play(at(2.5, lambda live: live.skip()))
    assert cuts(stage) == [pytest.approx(2.5, abs=0.1)]
    assert stage.observer.replies[0].outcome is ReplyOutcome.SKIPPED


def test_a_sentence_that_breaks_off_after_its_first_piece_is_not_begun_again() -> None:
    class Half(Asked):
        async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
            if text == REST:
                raise SpeechError("gone")
            async for chunk in super().synthesize(text, voice):
                yield chunk

    provider = Half()
    stage = stage_of(provider, LONG, "Scrivetemi da dove venite.").play()
    assert [line for _, line in provider.lines] == [FIRST, "Scrivetemi da dove venite."]
    assert stage.sink.said() == [LONG]
    assert stage.sink.times_of("show_text") == []
    assert stage.observer.replies[0].outcome is ReplyOutcome.SPOKEN


def test_a_sentence_that_was_made_ahead_is_said_however_long_it_is() -> None:
    first, long = "Thank you so much, really!", "And now " + "a very long word " * 12 + "follows."
    stage = stage_of(Asked(), first, long).play()

    [reply] = stage.observer.replies
    assert (reply.outcome, reply.text) == (ReplyOutcome.SPOKEN, f"{first} {long}")


class Polyglot(FakeWords):
    """Answers with one sentence in German and one in the show's language."""

    def language_of(self, turn: Turn, sentence: str) -> str:
        return "de" if sentence.startswith("Hallo") else ""


@dataclass
class WithLanguages(Stage):
    """A stage whose host has another voice for German."""

    german: FakeSynthesizer = field(default_factory=FakeSynthesizer)

    def parts(self) -> LiveParts:
        async def voice_in(language: str) -> Speaker:
            return Speaker(self.german, replace(VOICE, language=language))

        return replace(super().parts(), voice_in=voice_in)


def test_each_sentence_is_said_by_the_voice_of_its_language_and_its_caption_names_it() -> None:
    words = Polyglot(lambda turn: ["Hallo Marta!", "And hello everybody!"])
    stage = WithLanguages(FakeSource([(1.0, comment("wie geht's?", source_id="1"))]), words=words)
    stage.play()
    assert [(text, voice.language) for text, voice in stage.german.lines] == [("Hallo Marta!", "de")]
    assert [text for text, _ in stage.synthesizer.lines] == ["And hello everybody!"]
    assert stage.sink.languages == ["de", ""]
