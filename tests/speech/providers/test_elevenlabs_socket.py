import asyncio
import json
import logging
from contextlib import aclosing

import pytest

from speech.errors import SpeechError
from speech.stage.ports import VoiceSpec
from tests.fakes.elevenlabs_socket import MOST_CONTEXTS
from tests.fakes.speech_http import Answer, in_pieces
from tests.fakes.synthesizer import tone
from tests.speech.listening import heard, pcm_of
from tests.speech.providers.socketed import KEY, TEXT, VOICE, Socketed, begin, sound

CUT, KEPT = "quella tagliata", "quella che resta"


# --- what is asked ---------------------------------------------------------------------------------


async def test_a_socket_is_opened_for_streamed_pcm_in_the_voice_and_language(socketed: Socketed) -> None:
    await socketed.said()
    (asked,) = socketed.server.handshakes
    assert asked.path == "/v1/text-to-speech/george/multi-stream-input"
    assert asked.query == {
        "model_id": "eleven_flash_v2_5",
        "output_format": "pcm_24000",
        "auto_mode": "true",
        "inactivity_timeout": "180",
        "language_code": "it",
    }
    assert asked.headers["xi-api-key"] == KEY


async def test_audio_comes_in_short_chunks_however_it_was_sent(socketed: Socketed) -> None:
    socketed.server.answer = Answer(pieces=(tone(1.0),))
    chunks = await heard(socketed.voice.synthesize(TEXT, VOICE))
    assert pcm_of(chunks) == tone(1.0)
    assert max(chunk.duration_s for chunk in chunks) <= 0.02


async def test_neither_the_key_nor_the_text_is_ever_logged(
    socketed: Socketed, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await socketed.said()
    assert KEY not in caplog.text
    assert TEXT not in caplog.text


async def test_both_spellings_of_the_service_are_understood(socketed: Socketed) -> None:
    socketed.server.raw = json.dumps({"context_id": "1", "is_final": True})
    assert await socketed.said() == b""


# --- one socket ------------------------------------------------------------------------------------


async def test_many_lines_need_one_handshake(socketed: Socketed) -> None:
    for text, number in zip(socketed.lines(8), range(8), strict=True):
        assert await socketed.said(text) == sound(number)
    assert len(socketed.server.handshakes) == 1


async def test_lines_said_together_share_a_socket_and_each_gets_its_own_audio(socketed: Socketed) -> None:
    texts = socketed.lines(MOST_CONTEXTS, hold_after=1)
    hearing = begin(socketed.all_said(texts))
    await socketed.until(lambda: len(socketed.server.asked) == MOST_CONTEXTS)
    socketed.server.gate.set()
    assert await hearing == [sound(number) for number in range(MOST_CONTEXTS)]
    assert (len(socketed.server.handshakes), socketed.server.most_open) == (1, MOST_CONTEXTS)


async def test_more_lines_than_a_socket_takes_get_a_further_one(socketed: Socketed) -> None:
    texts = socketed.lines(MOST_CONTEXTS + 3, hold_after=1)
    hearing = begin(socketed.all_said(texts))
    await socketed.until(lambda: len(socketed.server.asked) == len(texts))
    socketed.server.gate.set()
    assert await hearing == [sound(number) for number in range(len(texts))]
    assert (len(socketed.server.handshakes), socketed.server.most_open) == (2, MOST_CONTEXTS)


async def test_each_voice_and_language_has_a_socket_of_its_own(socketed: Socketed) -> None:
    for spoken in (VOICE, VoiceSpec("george", "en"), VoiceSpec("rachel", "it"), VOICE):
        await heard(socketed.voice.synthesize(TEXT, spoken))
    assert [
        (asked.path.split("/")[3], asked.query["language_code"]) for asked in socketed.server.handshakes
    ] == [
        ("george", "it"),
        ("george", "en"),
        ("rachel", "it"),
    ]


async def test_a_line_that_nobody_takes_does_not_hold_up_the_others(socketed: Socketed) -> None:
    idle, busy = socketed.lines(2)
    async with aclosing(socketed.voice.synthesize(idle, VOICE)) as chunks:
        first = await anext(chunks)
        assert await socketed.said(busy) == sound(1)
        assert pcm_of([first, *[chunk async for chunk in chunks]]) == sound(0)


async def test_a_line_without_end_is_given_up_on(socketed: Socketed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speech.providers.elevenlabs_contexts._MOST_WAITING_BYTES", len(sound(0)) // 2)
    endless, short = socketed.lines(2)
    socketed.server.answers[short] = Answer(pieces=(tone(0.1),))
    async with aclosing(socketed.voice.synthesize(endless, VOICE)) as chunks:
        await anext(chunks)
        await socketed.until(lambda: socketed.server.ended == ["1"])
        assert await socketed.said(short) == tone(0.1)
        with pytest.raises(SpeechError):
            async for _ in chunks:
                pass


# --- a line that is cut ----------------------------------------------------------------------------


async def test_a_line_that_is_cut_closes_its_context_and_its_late_audio_is_dropped(
    socketed: Socketed,
) -> None:
    socketed.server.answers[CUT] = Answer(pieces=in_pieces(sound(1), 1_001), hold_after=1)
    socketed.server.answers[KEPT] = Answer(pieces=in_pieces(sound(2), 1_001))
    async with aclosing(socketed.voice.synthesize(CUT, VOICE)) as chunks:
        await anext(chunks)
        await socketed.until(lambda: socketed.server.closes == ["1"])  # so that it says when it has said all
    await socketed.until(lambda: socketed.server.closes == ["1", "1"])
    socketed.server.gate.set()
    await socketed.until(lambda: "1" in socketed.server.ended)
    assert await socketed.said(KEPT) == sound(2)
    assert len(socketed.server.handshakes) == 1


async def test_a_line_that_is_cut_while_it_reads_leaves_the_reading_to_another(socketed: Socketed) -> None:
    cut, kept = socketed.lines(2, hold_after=0)
    reads = begin(socketed.said(cut))
    await socketed.until(lambda: len(socketed.server.asked) == 1)
    waits = begin(socketed.said(kept))
    await socketed.until(lambda: len(socketed.server.asked) == 2)
    reads.cancel()
    await asyncio.wait([reads])
    socketed.server.gate.set()
    assert await waits == sound(1)
    assert len(socketed.server.handshakes) == 1


async def test_lines_that_were_cut_keep_their_places_and_a_socket_full_of_them_goes(
    socketed: Socketed,
) -> None:
    for text in socketed.lines(MOST_CONTEXTS, hold_after=1):
        async with aclosing(socketed.voice.synthesize(text, VOICE)) as chunks:
            await anext(chunks)
    socketed.server.answers[KEPT] = Answer(pieces=(sound(9),))
    assert await socketed.said(KEPT) == sound(9)
    assert (len(socketed.server.handshakes), socketed.server.most_open) == (2, MOST_CONTEXTS)
    await socketed.until(lambda: socketed.server.sockets == 1)


async def test_places_are_free_again_when_the_service_has_ended_what_was_cut(socketed: Socketed) -> None:
    *cut, kept = socketed.lines(MOST_CONTEXTS, hold_after=1)
    for text in cut:
        async with aclosing(socketed.voice.synthesize(text, VOICE)) as chunks:
            await anext(chunks)
    socketed.server.gate.set()
    await socketed.until(lambda: len(socketed.server.ended) == len(cut))
    for _ in range(MOST_CONTEXTS):
        assert await socketed.said(kept) == sound(MOST_CONTEXTS - 1)
    assert len(socketed.server.handshakes) == 1


async def test_a_line_that_is_cut_before_the_socket_is_open_leaves_the_opening_to_another(
    socketed: Socketed,
) -> None:
    cut, kept = socketed.lines(2)
    socketed.server.door.clear()
    opens, waits = begin(socketed.said(cut)), begin(socketed.said(kept))
    await socketed.until(lambda: len(socketed.server.handshakes) == 1)
    opens.cancel()
    await socketed.until(lambda: len(socketed.server.handshakes) == 2)
    socketed.server.door.set()
    assert await waits == sound(1)
    assert [asked.body["text"].strip() for asked in socketed.server.asked] == [kept]


# --- kept warm -------------------------------------------------------------------------------------


async def test_a_voice_that_spoke_lately_finds_a_fresh_socket_open(socketed: Socketed) -> None:
    await socketed.said()
    socketed.clock.now_s += 60.0
    await socketed.voice.keep_warm()
    assert len(socketed.server.handshakes) == 1
    socketed.clock.now_s += 60.0
    await socketed.voice.keep_warm()
    assert len(socketed.server.handshakes) == 2
    assert await socketed.said() == tone(1.0)
    assert len(socketed.server.handshakes) == 2
    await socketed.until(lambda: socketed.server.sockets == 1)


async def test_a_voice_that_is_silent_for_long_has_no_socket(socketed: Socketed) -> None:
    await socketed.said()
    socketed.clock.now_s += 601.0
    await socketed.voice.keep_warm()
    await socketed.until(lambda: socketed.server.sockets == 0)
    assert len(socketed.server.handshakes) == 1


async def test_a_socket_that_rested_too_long_is_not_trusted_with_a_line(socketed: Socketed) -> None:
    await socketed.said()
    socketed.clock.now_s += 101.0
    assert await socketed.said() == tone(1.0)
    assert len(socketed.server.handshakes) == 2


async def test_of_too_many_voices_the_longest_silent_lose_their_sockets(socketed: Socketed) -> None:
    socketed.server.answer = Answer(pieces=(tone(0.1),))
    for number in range(22):
        await heard(socketed.voice.synthesize(TEXT, VoiceSpec(f"voice-{number}", "it")))
    await socketed.until(lambda: socketed.server.sockets == 20)
    await heard(socketed.voice.synthesize(TEXT, VoiceSpec("voice-21", "it")))
    assert len(socketed.server.handshakes) == 22
