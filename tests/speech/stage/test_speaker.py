import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from speech.errors import SpeechError
from speech.stage.audio import MAX_CHUNK_S, AudioChunk
from speech.stage.chunker import FIRST_CHUNK_S
from speech.stage.ports import VoiceSpec
from speech.stage.sound.sound_thread import SoundThread
from speech.stage.speaker import Speaker
from speech.stage.text_normalization.normalizer import TextNormalizer, forget_results
from tests.fakes.synthesizer import FakeSynthesizer, tone
from tests.speech.listening import heard, pcm_of

VOICE = VoiceSpec("any", "it")
LINE = "Benvenuti nella diretta"


class Scripted:
    """Gives exactly these pieces."""

    def __init__(self, *pieces: AudioChunk) -> None:
        self._pieces = pieces

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        for piece in self._pieces:
            yield piece


@pytest.mark.parametrize("piece_bytes", [1, 3, 777, 4_801, 1_000_000])
async def test_chunks_are_whole_samples_of_at_most_200_ms_whatever_the_provider_cuts(
    piece_bytes: int,
) -> None:
    synthesizer = FakeSynthesizer(piece_bytes=piece_bytes)
    chunks = await heard(Speaker(synthesizer, VOICE).speak(LINE))
    assert all(len(chunk.pcm) % 2 == 0 for chunk in chunks)
    assert all(0 < chunk.duration_s <= MAX_CHUNK_S for chunk in chunks)
    assert pcm_of(chunks) == synthesizer.audio_of(LINE)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
async def test_the_rate_is_carried_along_and_the_limit_holds_at_every_rate(rate: int) -> None:
    chunks = await heard(
        Speaker(FakeSynthesizer(sample_rate_hz=rate, piece_bytes=999_999), VOICE).speak(LINE)
    )
    assert {chunk.sample_rate_hz for chunk in chunks} == {rate}
    assert max(chunk.duration_s for chunk in chunks) == pytest.approx(MAX_CHUNK_S)


async def test_the_first_chunk_is_sent_while_the_provider_still_works() -> None:
    more = asyncio.Event()

    async def hold(number: int) -> None:
        if number > 0:
            await more.wait()

    synthesizer = FakeSynthesizer(piece_bytes=2_880, before_piece=hold)
    async with aclosing(Speaker(synthesizer, VOICE).speak(LINE)) as chunks:
        first = await anext(chunks)
        assert first.duration_s == pytest.approx(FIRST_CHUNK_S)
        assert synthesizer.finished == 0
        more.set()
        rest = [chunk async for chunk in chunks]
    assert pcm_of([first, *rest]) == synthesizer.audio_of(LINE)


async def test_chunks_grow_so_that_a_trickle_does_not_become_a_flood_of_messages() -> None:
    chunks = await heard(Speaker(FakeSynthesizer(piece_bytes=480), VOICE).speak(LINE))
    durations = [round(chunk.duration_s, 3) for chunk in chunks]
    assert durations[:5] == [FIRST_CHUNK_S, 0.08, 0.16, 0.2, 0.2]


async def test_the_provider_is_given_clean_words() -> None:
    synthesizer = FakeSynthesizer()
    await heard(Speaker(synthesizer, VOICE).speak("  ciao\x00\na 😂 tutti "))
    assert synthesizer.lines == [("ciao a tutti", VOICE)]


@pytest.mark.parametrize("text", ["", "   ", "😂👍", "\x00\x07"])
async def test_nothing_to_say_is_silence_and_the_provider_is_not_asked(text: str) -> None:
    synthesizer = FakeSynthesizer()
    assert await heard(Speaker(synthesizer, VOICE).speak(text)) == []
    assert synthesizer.lines == []


@pytest.mark.parametrize("pieces", [(), (AudioChunk(b"", 24_000),), (AudioChunk(b"\1", 24_000),)])
async def test_a_provider_without_audio_is_refused(pieces: tuple[AudioChunk, ...]) -> None:
    with pytest.raises(SpeechError):
        await heard(Speaker(Scripted(*pieces), VOICE).speak(LINE))


async def test_a_change_of_rate_in_mid_line_is_refused() -> None:
    pieces = AudioChunk(tone(0.1), 24_000), AudioChunk(tone(0.1), 16_000)
    with pytest.raises(SpeechError):
        await heard(Speaker(Scripted(*pieces), VOICE).speak(LINE))


async def test_audio_without_a_rate_is_refused_for_good() -> None:
    with pytest.raises(SpeechError) as refusal:
        await heard(Speaker(Scripted(AudioChunk(tone(0.1), 0)), VOICE).speak(LINE))
    assert refusal.value.permanent


async def test_a_fault_of_the_provider_comes_through_as_it_is() -> None:
    fault = SpeechError("gone", permanent=True)
    speaker = Speaker(FakeSynthesizer(error=fault, fail_after=2), VOICE)
    with pytest.raises(SpeechError) as caught:
        await heard(speaker.speak(LINE))
    assert caught.value is fault


async def test_half_a_sample_at_the_very_end_is_dropped() -> None:
    chunks = await heard(Speaker(Scripted(AudioChunk(tone(0.1) + b"\1", 24_000)), VOICE).speak(LINE))
    assert pcm_of(chunks) == tone(0.1)


async def test_closing_in_mid_line_closes_the_provider() -> None:
    synthesizer = FakeSynthesizer()
    async with aclosing(Speaker(synthesizer, VOICE).speak(LINE)) as chunks:
        await anext(chunks)
    assert (synthesizer.closed, synthesizer.finished) == (1, 0)


async def test_cancellation_closes_the_provider_and_goes_on() -> None:
    async def never(number: int) -> None:
        await asyncio.Event().wait()

    synthesizer = FakeSynthesizer(before_piece=never)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await heard(Speaker(synthesizer, VOICE).speak(LINE))
    assert synthesizer.closed == len(synthesizer.lines) == 1


class WatchedNormalizer(TextNormalizer):
    """Records in which threads a text that takes long is normalized."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.threads: list[str] = []

    def normalize(self, text: str) -> str:
        if not self.is_instant(text):
            self.threads.append(threading.current_thread().name)
        return super().normalize(text)


@pytest.mark.parametrize("sound_thread", [None, SoundThread()])
async def test_numbers_are_normalized_in_a_thread_and_once(sound_thread: SoundThread | None) -> None:
    forget_results()
    normalizer, synthesizer = WatchedNormalizer("it"), FakeSynthesizer()
    speaker = Speaker(synthesizer, VOICE, normalizer=normalizer, sound_thread=sound_thread)
    for _ in range(2):
        await heard(speaker.speak("Siamo in 1.250 alle 21:30"))
    said = "Siamo in milleduecentocinquanta alle ventuno e trenta"
    assert [line for line, _ in synthesizer.lines] == [said, said]
    assert len(normalizer.threads) == 1
    assert threading.current_thread().name not in normalizer.threads
    if sound_thread:
        assert normalizer.threads == ["sound"]
        sound_thread.close()
