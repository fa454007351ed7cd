import asyncio
import json
from base64 import b64encode
from contextlib import aclosing

import pytest

from speech.errors import SpeechError
from tests.fakes.elevenlabs_socket import FakeElevenLabsSocket
from tests.fakes.speech_http import Answer
from tests.fakes.synthesizer import tone
from tests.speech.listening import heard
from tests.speech.providers.socketed import KEY, TEXT, VOICE, Socketed, begin, sound, voice_of


async def test_a_socket_that_the_service_closed_is_replaced_for_the_next_line(socketed: Socketed) -> None:
    await socketed.said()
    await asyncio.to_thread(socketed.server.hang_up)
    await socketed.until(lambda: socketed.server.sockets == 0)
    assert await socketed.said() == tone(1.0)
    assert len(socketed.server.handshakes) == 2


async def test_a_socket_closed_in_mid_line_is_a_passing_fault_of_all_its_lines_and_the_next_are_fine(
    socketed: Socketed,
) -> None:
    socketed.server.answer = Answer(hold_after=1)
    hearing = [begin(socketed.fault_of()) for _ in range(3)]
    await socketed.until(lambda: len(socketed.server.asked) == 3)
    await asyncio.to_thread(socketed.server.hang_up)
    assert [(await fault).permanent for fault in hearing] == [False] * 3
    socketed.server.answer = Answer()
    assert await socketed.said() == tone(1.0)


async def test_a_handshake_that_does_not_end_is_given_up_on(socketed: Socketed) -> None:
    hasty = socketed.with_patience(0.2)
    socketed.server.door.clear()
    assert not (await hasty.fault_of()).permanent


async def test_a_socket_on_which_a_line_hung_gets_no_further_line(socketed: Socketed) -> None:
    hasty = socketed.with_patience(0.2)
    hung, fine = socketed.lines(2)
    socketed.server.answers[hung] = Answer(hang=True)
    assert not (await hasty.fault_of(hung)).permanent
    assert await hasty.said(fine) == sound(1)
    assert len(socketed.server.handshakes) == 2
    await hasty.voice.aclose()


@pytest.mark.parametrize(
    ("name", "status"),
    [("invalid_api_key", 401), ("quota_exceeded", 401), ("voice_not_found", 404), ("system_busy", 429)],
)
async def test_a_complaint_on_the_socket_is_the_fault_that_http_has_for_it(
    socketed: Socketed, name: str, status: int
) -> None:
    socketed.server.raw = json.dumps({"message": f"bad key {KEY}", "error": name, "code": 1008})
    fault = await socketed.fault_of()
    assert (fault.service_status, fault.permanent) == (status, status != 429)
    assert KEY not in str(fault)


async def test_a_service_that_complains_and_hangs_up_is_heard_out(socketed: Socketed) -> None:
    socketed.server.farewell = json.dumps({"message": "no", "error": "invalid_api_key", "code": 1008})
    fault = await socketed.fault_of()
    assert (fault.service_status, fault.permanent) == (401, True)


@pytest.mark.parametrize(
    "said_instead", [{"error": "new_kind"}, {"message": "hm"}, {"detail": {"code": "x"}}]
)
async def test_a_complaint_that_nobody_knows_is_a_passing_fault(
    socketed: Socketed, said_instead: dict[str, object]
) -> None:
    socketed.server.raw = json.dumps(said_instead)
    fault = await socketed.fault_of()
    assert (fault.service_status, fault.permanent) == (None, False)


async def test_a_complaint_about_one_line_is_no_others_fault(socketed: Socketed) -> None:
    refused, fine = socketed.lines(2)
    socketed.server.answers[refused] = Answer(hold_after=1)
    async with aclosing(socketed.voice.synthesize(refused, VOICE)) as chunks:
        await anext(chunks)
        socketed.server.raw = json.dumps({"error": "too_bad", "context_id": "1"})
        assert await socketed.said(fine) == sound(1)
        with pytest.raises(SpeechError):
            async for _ in chunks:
                pass
    assert len(socketed.server.handshakes) == 1


@pytest.mark.parametrize(
    "garbage",
    [
        "<html>Bad gateway</html>",
        b"\x00\xff\xfe",
        "[]",
        "17",
        "[" * 100_000,
        '{"audio": "%%%", "contextId": "1"}',
        '{"audio": 17, "contextId": "1"}',
        '{"error": ["no"], "contextId": "1"}',
        json.dumps({"audio": b64encode(b"ID3\x04" + bytes(100)).decode(), "contextId": "1"}),
        json.dumps(
            {"audio": b64encode(b'{"detail": "please upgrade your plan, now"}').decode(), "contextId": "1"}
        ),
    ],
)
async def test_garbage_is_a_passing_fault_and_the_next_line_is_fine(
    socketed: Socketed, garbage: str | bytes
) -> None:
    socketed.server.raw = garbage
    assert not (await socketed.fault_of()).permanent
    socketed.server.raw = None
    assert await socketed.said() == tone(1.0)


async def test_keeping_warm_never_raises() -> None:
    with FakeElevenLabsSocket() as gone:
        voice = voice_of(gone)
        await heard(voice.synthesize(TEXT, VOICE))
    await voice.keep_warm()
    await voice.aclose()


async def test_who_closes_the_voice_closes_its_sockets(socketed: Socketed) -> None:
    socketed.server.answer = Answer(hold_after=1)
    chunks = socketed.voice.synthesize(TEXT, VOICE)
    await anext(chunks)
    await socketed.voice.aclose()
    with pytest.raises(SpeechError):
        async for _ in chunks:
            pass
    await socketed.until(lambda: socketed.server.sockets == 0)
