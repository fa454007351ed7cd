import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from providers.breaker import CircuitBreaker
from speech.errors import LineRefused, SpeechError
from speech.stage.audio import AudioChunk
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.level import Level
from speech.stage.ports import Synthesizer, VoiceSpec
from speech.stage.sound.loudness import Loudness
from speech.stage.speaker import Speaker
from tests.fakes.synthesizer import FakeSynthesizer
from tests.fakes.virtual_time import run_virtual
from tests.speech.listening import heard, pcm_of

VOICE = VoiceSpec("any", "it")
LINE = "Benvenuti nella diretta"
BROKEN = SpeechError("The connection broke.")
FIRST_TIMEOUT_S = 1.2


class Seats:
    """A chain of the given synthesizers, named by their places."""

    def __init__(self, *synthesizers: Synthesizer) -> None:
        self.breakers = [
            CircuitBreaker(now_s=lambda: asyncio.get_running_loop().time()) for _ in synthesizers
        ]
        voices = [
            NamedVoice(
                str(place),
                Speaker(synthesizer, VOICE, first_timeout_s=FIRST_TIMEOUT_S, next_timeout_s=2.0),
                breaker,
            )
            for place, (synthesizer, breaker) in enumerate(zip(synthesizers, self.breakers, strict=True))
        ]
        self.chain = VoiceChain(voices)

    async def say(self, line: str = LINE) -> list[AudioChunk]:
        return await heard(self.chain.speak(line))


class Silent:
    """Never gives any audio, and never fails."""

    def __init__(self) -> None:
        self.asked = 0

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.asked += 1
        await asyncio.Event().wait()
        yield AudioChunk(b"", 24_000)


def failing(error: SpeechError = BROKEN, *, after: int = 0) -> FakeSynthesizer:
    return FakeSynthesizer(error=error, fail_after=after)


def voices_of(chunks: list[AudioChunk]) -> set[str]:
    return {chunk.voice for chunk in chunks}


def test_the_first_voice_that_works_speaks() -> None:
    last = FakeSynthesizer()
    chunks = run_virtual(Seats(failing(), last, FakeSynthesizer()).say())
    assert voices_of(chunks) == {"1"}
    assert pcm_of(chunks) == last.audio_of(LINE)


def test_a_voice_that_hangs_loses_its_turn_after_its_time() -> None:
    async def play() -> tuple[set[str], float]:
        chunks = await Seats(Silent(), FakeSynthesizer()).say()
        return voices_of(chunks), asyncio.get_running_loop().time()

    voices, took_s = run_virtual(play())
    assert voices == {"1"}
    assert took_s == pytest.approx(FIRST_TIMEOUT_S, abs=0.01)


def test_a_sentence_that_breaks_off_is_not_begun_again() -> None:
    seats = Seats(failing(after=2), FakeSynthesizer())
    chunks = run_virtual(seats.say())
    assert voices_of(chunks) == {"0"}
    assert 0 < len(pcm_of(chunks)) < len(FakeSynthesizer().audio_of(LINE))


def test_a_voice_that_stops_in_mid_sentence_is_not_waited_for_long() -> None:
    async def hold(number: int) -> None:
        if number == 2:
            await asyncio.Event().wait()

    async def play() -> float:
        await Seats(FakeSynthesizer(before_piece=hold), FakeSynthesizer()).say()
        return asyncio.get_running_loop().time()

    assert run_virtual(play()) == pytest.approx(2.0, abs=0.01)


def test_a_voice_that_keeps_failing_is_not_asked_any_more() -> None:
    async def play() -> int:
        silent = Silent()
        seats = Seats(silent, FakeSynthesizer())
        for _ in range(6):
            await seats.say()
        return silent.asked

    assert run_virtual(play()) == 3


def test_a_refused_key_takes_a_voice_off_at_once() -> None:
    refused = failing(SpeechError("401", permanent=True))

    async def play() -> None:
        seats = Seats(refused, FakeSynthesizer())
        for _ in range(3):
            await seats.say()

    run_virtual(play())
    assert len(refused.lines) == 1


def test_when_no_voice_works_the_first_that_may_be_probed_is_asked_again() -> None:
    async def play() -> tuple[int, set[str]]:
        first = failing(SpeechError("401", permanent=True))
        seats = Seats(first, failing(SpeechError("401", permanent=True)))
        for _ in range(2):
            with pytest.raises(SpeechError):
                await seats.say()
        asked = len(first.lines)
        first._error = None
        await asyncio.sleep(10)
        return asked, voices_of(await seats.say())

    asked, voices = run_virtual(play())
    assert asked == 1
    assert voices == {"0"}


def test_nothing_to_say_asks_nobody_and_says_nothing_about_a_voice() -> None:
    seats = Seats(FakeSynthesizer())
    assert run_virtual(seats.say("🙂")) == []
    assert not seats.breakers[0].is_open


def test_a_mastered_line_that_breaks_off_ends_without_a_click() -> None:
    async def play() -> list[AudioChunk]:
        speaker = Speaker(failing(after=3), VOICE, level=Level(Loudness(-16.0, 60.0)))
        return await heard(VoiceChain([NamedVoice("only", speaker, CircuitBreaker())]).speak(LINE))

    samples = np.frombuffer(pcm_of(run_virtual(play())), "<i2")
    assert samples.size > 4_000
    assert abs(int(samples[-1])) < 400


def test_a_voice_is_at_the_target_from_its_second_line_on() -> None:
    level = Level()
    run_virtual(heard(Speaker(FakeSynthesizer(), VOICE, level=level).speak(LINE)))
    assert level.known is not None
    assert level.known.lufs == pytest.approx(-9.9, abs=0.2)  # a sine at half of full scale
    chunks = run_virtual(heard(Speaker(FakeSynthesizer(), VOICE, level=level).speak(LINE)))
    peak = np.abs(np.frombuffer(pcm_of(chunks), "<i2")).max() / 32_768
    assert 20 * np.log10(peak) == pytest.approx(-6.2 - 6.1, abs=0.3)


def test_a_line_that_a_voice_refuses_is_the_next_ones_and_says_nothing_against_the_voice() -> None:
    async def play() -> tuple[list[set[str]], bool]:
        refuses = failing(LineRefused("in another script", permanent=True))
        seats = Seats(refuses, FakeSynthesizer())
        heard_from = [voices_of(await seats.say(f"{LINE} {number}")) for number in range(5)]
        refuses._error = None
        heard_from.append(voices_of(await seats.say()))
        return heard_from, seats.breakers[0].is_open

    assert run_virtual(play()) == ([{"1"}] * 5 + [{"0"}], False)
