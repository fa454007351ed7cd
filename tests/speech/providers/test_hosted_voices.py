"""What every hosted voice must do alike, asked of the real clients over real connections."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import pytest
import pytest_asyncio

from speech.errors import SpeechError
from speech.providers.azure import AzureSynthesizer
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.elevenlabs_socket import ElevenLabsSocketSynthesizer
from speech.providers.openai_speech import OpenAISynthesizer
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tests.fakes.azure import FakeAzure
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.elevenlabs_socket import FakeElevenLabsSocket
from tests.fakes.openai_speech import FakeOpenAISpeech
from tests.fakes.speech_http import Answer, FakeSpeech, in_pieces
from tests.fakes.synthesizer import tone
from tests.speech.listening import heard, pcm_of

TIMEOUT_S = 0.5
VOICE = VoiceSpec("JBFqnCBsd6RMkjVDRZzb", "it")
TEXT = "Benvenuti nella diretta"
KEY = "the-key-that-nobody-sees"

Client = ElevenLabsSynthesizer | ElevenLabsSocketSynthesizer | OpenAISynthesizer | AzureSynthesizer


@dataclass(frozen=True, slots=True)
class Hosted:
    """A service on the loopback and the voice that speaks through it."""

    server: FakeSpeech
    synthesizer: Client


def voice_of(server: FakeSpeech, timeout_s: float = TIMEOUT_S) -> Client:
    if isinstance(server, FakeAzure):
        return AzureSynthesizer(api_key=KEY, base_url=server.url, timeout_s=timeout_s)
    if isinstance(server, FakeOpenAISpeech):
        return OpenAISynthesizer(
            api_key=KEY, base_url=server.base_url, model="gpt-4o-mini-tts", timeout_s=timeout_s
        )
    way = ElevenLabsSocketSynthesizer if isinstance(server, FakeElevenLabsSocket) else ElevenLabsSynthesizer
    return way(api_key=KEY, base_url=server.url, model_id="eleven_flash_v2_5", timeout_s=timeout_s)


OVER_HTTP = [FakeElevenLabs, FakeOpenAISpeech, FakeAzure]


@pytest_asyncio.fixture(params=[*OVER_HTTP, FakeElevenLabsSocket])
async def hosted(request: pytest.FixtureRequest) -> AsyncGenerator[Hosted, None]:
    with request.param() as server:
        synthesizer = voice_of(server)
        yield Hosted(server, synthesizer)
        await synthesizer.aclose()


async def fault_of(hosted: Hosted) -> SpeechError:
    with pytest.raises(SpeechError) as fault:
        await heard(hosted.synthesizer.synthesize(TEXT, VOICE))
    return fault.value


@pytest.mark.parametrize("piece_bytes", [7, 961, 48_000])
async def test_all_the_audio_arrives_whatever_the_pieces(hosted: Hosted, piece_bytes: int) -> None:
    audio = tone(0.5)
    hosted.server.answer = Answer(pieces=in_pieces(audio, piece_bytes))
    chunks = await heard(Speaker(hosted.synthesizer, VOICE).speak(TEXT))
    assert pcm_of(chunks) == audio
    assert {chunk.sample_rate_hz for chunk in chunks} == {24_000}
    assert all(len(chunk.pcm) % 2 == 0 and chunk.duration_s <= 0.2 for chunk in chunks)


async def test_the_first_chunk_is_heard_while_the_service_still_works(hosted: Hosted) -> None:
    hosted.server.answer = Answer(pieces=in_pieces(tone(0.5), 4_800), hold_after=1)
    async with aclosing(Speaker(hosted.synthesizer, VOICE).speak(TEXT)) as chunks:
        first = await anext(chunks)
        assert not hosted.server.gate.is_set()
        hosted.server.gate.set()
        rest = [chunk async for chunk in chunks]
    assert pcm_of([first, *rest]) == tone(0.5)


async def test_a_slow_first_byte_within_the_timeout_is_waited_for(hosted: Hosted) -> None:
    hosted.server.answer = Answer(first_byte_delay_s=0.1)
    assert pcm_of(await heard(hosted.synthesizer.synthesize(TEXT, VOICE))) == tone(1.0)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 422])
async def test_a_refusal_is_a_permanent_fault(hosted: Hosted, status: int) -> None:
    hosted.server.fail(status)
    assert (await fault_of(hosted)).permanent
    assert len(hosted.server.asked) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
async def test_a_busy_or_broken_service_is_a_passing_fault_and_is_asked_only_once(
    hosted: Hosted, status: int
) -> None:
    hosted.server.fail(status)
    assert not (await fault_of(hosted)).permanent
    assert len(hosted.server.asked) == 1


@pytest.mark.parametrize("status", [500, 401])
@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"\xff\xfe\x00broken", b""])
async def test_an_error_with_an_unreadable_body_is_still_a_speech_error(
    hosted: Hosted, status: int, body: bytes
) -> None:
    hosted.server.answer = Answer(status=status, content_type="text/html", pieces=(body,) if body else ())
    assert (await fault_of(hosted)).permanent == (status == 401)


async def test_a_service_that_says_nothing_is_given_up_on(hosted: Hosted) -> None:
    hosted.server.answer = Answer(hang=True)
    assert not (await fault_of(hosted)).permanent


async def test_a_service_that_stalls_in_mid_line_is_given_up_on(hosted: Hosted) -> None:
    hosted.server.answer = Answer(hold_after=3)
    assert not (await fault_of(hosted)).permanent


async def test_a_connection_cut_in_mid_line_is_a_passing_fault_after_the_audio_that_came(
    hosted: Hosted,
) -> None:
    hosted.server.answer = Answer(cut=True)
    chunks = []
    with pytest.raises(SpeechError) as fault:  # noqa: PT012 - what came before the fault counts
        async with aclosing(hosted.synthesizer.synthesize(TEXT, VOICE)) as stream:
            async for chunk in stream:
                chunks.append(chunk)  # noqa: PERF401 - a comprehension would lose them
    assert not fault.value.permanent
    assert pcm_of(chunks) == tone(1.0)


async def test_a_service_that_cannot_be_reached_is_a_passing_fault(hosted: Hosted) -> None:
    with type(hosted.server)() as gone:
        pass
    synthesizer = voice_of(gone)
    assert not (await fault_of(Hosted(gone, synthesizer))).permanent
    await synthesizer.aclose()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"detail": "quota exceeded, please upgrade your plan"}'),
        ("text/html; charset=utf-8", b"<!doctype html><title>Welcome to the gateway</title>"),
        ("text/event-stream", b'data: {"type": "speech.audio.delta"}\n\n'),
        ("audio/pcm", b'{"detail": "quota exceeded, please upgrade your plan"}'),
        ("audio/pcm", b'{"errore":"\xc3\xa8"}'),
        ("application/octet-stream", "<!doctype html><title>Già finita la prova</title>".encode()),
        ("audio/wav", b"RIFF\x24\x08\x00\x00WAVEfmt " + tone(0.2)),
        ("audio/mpeg", b"ID3\x04\x00\x00\x00\x00\x00\x00" + tone(0.2)),
        ("audio/mpeg", b"\xff\xfb\x90\xc4\x00\x00" + tone(0.2)),
        ("audio/ogg", b"OggS\x00\x02" + tone(0.2)),
    ],
)
@pytest.mark.parametrize("piece_bytes", [5, 4_800])
async def test_what_is_not_raw_audio_never_becomes_sound(
    hosted: Hosted, content_type: str, body: bytes, piece_bytes: int
) -> None:
    hosted.server.answer = Answer(content_type=content_type, pieces=in_pieces(body, piece_bytes))
    await fault_of(hosted)


@pytest.mark.parametrize("hosted", OVER_HTTP, indirect=True)
async def test_sound_that_is_labelled_as_something_else_never_becomes_sound(hosted: Hosted) -> None:
    hosted.server.answer = Answer(content_type="text/plain")
    await fault_of(hosted)


@pytest.mark.parametrize("audio", [b"", bytes(4_800), b"\xff\xff" * 2_400, tone(0.0005)])
async def test_silence_and_the_shortest_sound_are_audio(hosted: Hosted, audio: bytes) -> None:
    hosted.server.answer = Answer(pieces=(audio,) if audio else ())
    assert pcm_of(await heard(hosted.synthesizer.synthesize(TEXT, VOICE))) == audio


async def test_a_line_cut_short_leaves_the_voice_ready_for_the_next(hosted: Hosted) -> None:
    hosted.server.answer = Answer(hold_after=1)
    async with aclosing(Speaker(hosted.synthesizer, VOICE).speak(TEXT)) as chunks:
        await anext(chunks)
    hosted.server.answer = Answer()
    assert pcm_of(await heard(hosted.synthesizer.synthesize(TEXT, VOICE))) == tone(1.0)


async def test_a_cancelled_wait_for_the_service_is_a_cancellation(hosted: Hosted) -> None:
    hosted.server.answer = Answer(hang=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await heard(hosted.synthesizer.synthesize(TEXT, VOICE))


async def test_a_fault_names_neither_the_key_nor_the_text(hosted: Hosted) -> None:
    body = json.dumps({"error": {"message": f"bad key {KEY} for {TEXT}"}}).encode()
    hosted.server.answer = Answer(status=401, content_type="application/json", pieces=(body,))
    fault = await fault_of(hosted)
    assert KEY not in str(fault)
    assert TEXT not in str(fault)
    assert fault.__cause__ is None
