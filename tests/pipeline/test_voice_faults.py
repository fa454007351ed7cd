"""A whole live whose first voice fails, over real connections: who speaks instead, how soon, what is said."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest

from livesessions.pipeline.live import Live
from livesessions.pipeline.outcome import ReplyOutcome
from providers.breaker import CircuitBreaker
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.openai_speech import OpenAISynthesizer
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.ports import Synthesizer, VoiceSpec
from speech.stage.speaker import Speaker
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.live import FakeSink, FakeSource, FakeWords, Stage, comment
from tests.fakes.openai_speech import FakeOpenAISpeech
from tests.fakes.speech_http import Answer, FakeSpeechServer, in_pieces
from tests.fakes.synthesizer import tone
from tests.patience import PATIENCE_S

FIRST_TIMEOUT_S = 1.2
SLACK_S = 0.8  # a busy machine's
SENTENCES = ["Questa è la prima frase.", "E questa è la seconda."]
LONG = (
    "Questa frase è così lunga che nessuno chiede la prossima prima che questa sia stata sentita quasi tutta"
)
VOICE = VoiceSpec("coral", "it")
AUDIO = in_pieces(tone(0.4), 4_800)


@dataclass
class OnAir:
    """A live with two voices on the loopback; `seconds` tells when what was said went out."""

    first: FakeElevenLabs
    second: FakeOpenAISpeech
    sentences: list[str] = field(default_factory=lambda: list(SENTENCES))
    sink: FakeSink = field(default_factory=FakeSink)
    breakers: list[CircuitBreaker] = field(default_factory=lambda: [CircuitBreaker(), CircuitBreaker()])

    def play(self, comments: int = 1) -> Stage:
        return asyncio.run(self._play(comments))

    async def _play(self, comments: int) -> Stage:
        eleven = ElevenLabsSynthesizer(api_key="k", base_url=self.first.url, timeout_s=8.0)
        openai = OpenAISynthesizer(api_key="k", base_url=self.second.base_url, timeout_s=8.0)
        begun_s = asyncio.get_running_loop().time()
        script = [
            (
                begun_s + 0.1 + 0.05 * number,
                comment(f"line {number}", source_id=str(number), name=f"V{number}"),
            )
            for number in range(comments)
        ]
        stage = Stage(
            FakeSource(script, then_quiet_s=120.0),
            words=FakeWords(lambda turn: list(self.sentences)),
            sink=self.sink,
            cooldown_s=0.0,
        )
        chain = VoiceChain([self._seat(0, eleven), self._seat(1, openai)])
        live = Live(replace(stage.parts(), voice=chain))

        def done() -> int:
            return sum(reply.outcome is not ReplyOutcome.SPEAKING for reply in stage.observer.replies)

        async def stop_when_done() -> None:
            while done() < comments:  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # an observer tells nobody
            live.stop()

        try:
            async with asyncio.timeout(PATIENCE_S):
                stage.reason = await live.run(stop_when_done)
        finally:
            await eleven.aclose()
            await openai.aclose()
        return stage

    def _seat(self, place: int, synthesizer: Synthesizer) -> NamedVoice:
        speaker = Speaker(
            synthesizer, VOICE, first_timeout_s=FIRST_TIMEOUT_S, next_timeout_s=0.5, splits=True
        )
        return NamedVoice(str(place), speaker, self.breakers[place])

    def voices(self) -> list[str]:
        """Who spoke, one for each run of chunks."""
        runs: list[str] = []
        for _, _, chunk in self.sink.chunks:
            if not runs or runs[-1] != chunk.voice:
                runs.append(chunk.voice)
        return runs


@pytest.fixture
def on_air() -> Iterator[OnAir]:
    with ExitStack() as stack:
        servers = OnAir(stack.enter_context(FakeElevenLabs()), stack.enter_context(FakeOpenAISpeech()))
        servers.second.answer = servers.first.answer = Answer(pieces=AUDIO)
        yield servers


def status(code: int) -> Callable[[FakeSpeechServer], None]:
    return lambda server: server.fail(code)


def answer(**changes: object) -> Callable[[FakeSpeechServer], None]:
    def change(server: FakeSpeechServer) -> None:
        server.answer = replace(server.answer, **changes)  # type: ignore[arg-type]

    return change


FAULTS = {
    "hangs": answer(hang=True),
    "401": status(401),
    "429": status(429),
    "500": status(500),
    "garbage": answer(pieces=(b'{"error": "a secret message of the provider"}',)),
    "a page": answer(content_type="text/html", pieces=(b"<html>a secret message</html>",)),
    "closes at once": answer(pieces=(), cut=True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_voice_says_every_sentence_once_and_soon(on_air: OnAir, fault: str) -> None:
    FAULTS[fault](on_air.first)
    stage = on_air.play()
    [reply] = stage.observer.replies
    assert (reply.outcome, reply.fault, reply.text) == (ReplyOutcome.SPOKEN, "", " ".join(SENTENCES))
    assert on_air.voices() == ["1"]
    assert stage.sink.said() == SENTENCES[:1]
    assert [value[0] for _, kind, value in stage.sink.messages if kind == "caption"] == SENTENCES[1:]
    assert stage.sink.times_of("audio")[0] - stage.sink.times_of("chat")[0] < FIRST_TIMEOUT_S + SLACK_S
    assert "secret" not in str(stage.sink.messages)


def test_a_sentence_that_stops_in_the_middle_ends_there_and_the_next_is_the_next_voices(
    on_air: OnAir,
) -> None:
    on_air.first.answer = Answer(pieces=AUDIO, hold_after=2)
    on_air.sentences = [LONG, SENTENCES[1]]
    stage = on_air.play()
    [reply] = stage.observer.replies
    assert reply.outcome is ReplyOutcome.SPOKEN
    assert on_air.voices() == ["0", "1"]
    assert [asked.body["text"] for asked in on_air.first.asked] == [LONG]
    assert [asked.body["input"] for asked in on_air.second.asked] == SENTENCES[1:]
    assert stage.sink.said() == [LONG]


def test_a_refused_key_is_not_tried_again_by_the_next_line(on_air: OnAir) -> None:
    on_air.first.fail(401)
    stage = on_air.play(comments=3)
    assert len(on_air.first.asked) == 1
    assert on_air.breakers[0].is_open
    assert not on_air.breakers[1].is_open
    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.SPOKEN] * 3


def test_without_any_voice_the_line_is_shown_and_nothing_of_the_faults_is(on_air: OnAir) -> None:
    FAULTS["garbage"](on_air.first)
    FAULTS["500"](on_air.second)
    stage = on_air.play()
    [reply] = stage.observer.replies
    assert (reply.outcome, reply.fault, reply.text) == (ReplyOutcome.FAILED, "speech", SENTENCES[0])
    assert [value for _, kind, value in stage.sink.messages if kind == "show_text"] == SENTENCES[:1]
    assert stage.sink.chunks == []
    assert "secret" not in str(stage.sink.messages) + str(reply)
