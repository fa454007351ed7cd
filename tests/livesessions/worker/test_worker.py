"""A whole live: what a local TikTok pushes is moderated, written down, answered aloud and thanked."""

import asyncio
import io
import wave
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply, ReplyAudio
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import (
    create_session,
    mute_session,
    start_session,
    stop_session,
    unmute_session,
)
from livesessions.worker.worker import in_thread
from overlay.connection.wire import unpack_audio
from planner.models import Persona
from planner.stage.language_detection import detect_language
from speech.providers.pico import PicoSynthesizer
from speech.stage.level import Level
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from speech.stage.text_normalization.normalizer import TextNormalizer
from tenants.models import User
from tests.fakes.webcast import ENDED, FakeWebcast, RoomFault, Send, WaitFor, comment, control, gift, user
from tests.livesessions.conftest import eventually, running_worker
from tests.overlay.conftest import Socket, open_socket
from tests.speech.listening import heard as heard_chunks
from tests.speech.listening import pcm_of, same_words

pytestmark = pytest.mark.django_db(transaction=True)

HANDLE = "la.sera"


@pytest.fixture
def at_once(show: Show) -> Show:
    """A show whose host may speak whenever it is not speaking."""
    with scopes_disabled():
        show.cooldown_min_s = show.cooldown_max_s = 0.0
        show.save(update_fields=["cooldown_min_s", "cooldown_max_s"])
    return show


def use(tiktok: FakeWebcast, settings: Any) -> None:
    endpoints = tiktok.endpoints
    settings.TIKTOK_APP_URL = endpoints.app_url
    settings.TIKTOK_WEBCAST_URL = endpoints.webcast_url
    settings.TIKTOK_SIGN_URL = endpoints.sign_url
    settings.TIKTOK_SIGN_API_KEY = endpoints.sign_api_key


async def go_on_air(show: Show) -> LiveSession:
    def start() -> LiveSession:
        session = create_session(show=show, source=LiveSession.Source.TIKTOK)
        return start_session(session=session)

    return await in_thread(start)


def status_of(session: LiveSession) -> Callable[[], str]:
    return lambda: LiveSession.objects.values_list("status", flat=True).get(id=session.id)


def replies_of(session: LiveSession) -> Callable[[], list[Reply]]:
    return lambda: list(Reply.objects.filter(session=session).order_by("created_at"))


def are(count: int, status: str) -> Callable[[list[Reply]], bool]:
    return lambda replies: [reply.status for reply in replies] == [status] * count


def heard(replies: list[Reply]) -> bool:
    return all(reply.heard_ended_at is not None for reply in replies)


async def first_audio(socket: Socket) -> tuple[list[dict[str, Any]], bytes]:
    """Return the messages before the first audio frame, and the frame."""
    messages = []
    while not isinstance(frame := await socket.receive(), bytes):
        messages.append(frame)
    return messages, frame


async def test_a_comment_on_tiktok_is_answered_aloud_and_written_down(at_once: Show, settings: Any) -> None:
    async with FakeWebcast() as tiktok, open_socket(f"{at_once.overlay.token}/?version=2") as page:
        use(tiktok, settings)
        room = tiktok.open_room(HANDLE)
        room.play(Send(comment("ciao, come stai?", by=user("Giulia"))), WaitFor(asyncio.Event()))
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            messages, frame = await first_audio(page)
            audio = unpack_audio(frame)
            await page.send({"type": "started", "utterance": str(audio.utterance_id)})
            await page.send({"type": "ended", "utterance": str(audio.utterance_id), "played_ms": 900})
            [reply] = await eventually(
                replies_of(session), lambda replies: heard(replies) and are(1, "spoken")(replies)
            )
            [event] = await in_thread(lambda: list(ChatEvent.objects.filter(session=session)))

    begin = next(message for message in messages if message["type"] == "begin")
    assert [message["text"] for message in messages if message["type"] == "chat"] == ["ciao, come stai?"]
    assert audio.utterance_id == reply.id
    assert begin["text"] in reply.text
    assert (reply.status, reply.model, reply.voice) == ("spoken", "offline", "pico/clara")
    assert reply.trigger_source_id == event.source_id
    assert reply.heard_started_at is not None
    assert reply.waited_ms is not None
    assert reply.first_audio_ms is not None
    assert reply.characters == len(reply.text)
    assert (event.kind, event.text, event.risk, event.viewer_name) == (
        "comment",
        "ciao, come stai?",
        "low",
        "Giulia",
    )
    assert len(event.viewer_hash) == 32


async def test_the_audio_of_a_reply_is_heard_again_while_the_live_runs_and_in_its_report(
    at_once: Show, settings: Any, alice: User, client_for: Callable[[User], Client]
) -> None:
    await in_thread(lambda: Show.objects.filter(id=at_once.id).update(keeps_audio=True))
    browser = await in_thread(lambda: client_for(alice))
    async with FakeWebcast() as tiktok, open_socket(f"{at_once.overlay.token}/?version=2") as page:
        use(tiktok, settings)
        tiktok.open_room(HANDLE).play(Send(comment("ciao, come stai?")), WaitFor(asyncio.Event()))
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            _messages, frame = await first_audio(page)
            said = unpack_audio(frame)
            await eventually(
                lambda: ReplyAudio.objects.filter(session=session).values_list("reply_id", flat=True).first(),
                lambda reply_id: reply_id == said.utterance_id,
            )
            address = f"/lives/{session.id}/replies/{said.utterance_id}/audio.wav"
            sound = await eventually(lambda: browser.get(address), lambda answer: answer.status_code == 200)
            await in_thread(lambda: stop_session(session=session))
            await eventually(status_of(session), "ended".__eq__)
    with wave.open(io.BytesIO(sound.content)) as heard_again:
        assert heard_again.readframes(heard_again.getnframes()).startswith(said.chunk.pcm)
    report = await in_thread(lambda: browser.get(f"/lives/{session.id}/report/").content.decode())
    assert f'src="{address}"' in report


async def test_a_viewer_of_another_language_is_answered_in_it_with_a_voice_of_it(
    at_once: Show, settings: Any
) -> None:
    with scopes_disabled():
        await in_thread(lambda: Persona.objects.filter(id=at_once.persona_id).update(reply_in="viewer"))
    at_once = await in_thread(lambda: Show.objects.select_related("overlay").get(id=at_once.id))
    async with FakeWebcast() as tiktok, open_socket(f"{at_once.overlay.token}/?version=2") as page:
        use(tiktok, settings)
        room = tiktok.open_room(HANDLE)
        line = comment("hello, how are you today my friend?", by=user("Julia"))
        room.play(Send(line), WaitFor(asyncio.Event()))
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            messages, frame = await first_audio(page)
            begin = next(message for message in messages if message["type"] == "begin")
            audio = unpack_audio(frame).chunk.pcm
            while not is_over(message := await page.receive()):
                if isinstance(message, bytes):
                    audio += unpack_audio(message).chunk.pcm

    assert begin["language"] == "en"
    assert detect_language(begin["text"]).code == "en"
    english, italian = await spoken_by_pico(begin["text"], "en"), await spoken_by_pico(begin["text"], "it")
    assert same_words(audio, english)
    assert not same_words(audio, italian)


def is_over(message: Any) -> bool:
    """Return whether the first sentence's audio ends here."""
    return isinstance(message, dict) and message["type"] in ("caption", "end")


async def spoken_by_pico(text: str, language: str) -> bytes:
    """Return a text in the built-in voice of a language, as a live masters it."""
    pico = PicoSynthesizer(pool_size=1)
    try:
        speaker = Speaker(pico, VoiceSpec("", language), normalizer=TextNormalizer(language), level=Level())
        return pcm_of(await heard_chunks(speaker.speak(text)))
    finally:
        await pico.aclose()


async def test_a_gift_streak_is_thanked_once_with_its_total(at_once: Show, settings: Any) -> None:
    thanked = asyncio.Event()
    async with FakeWebcast() as tiktok:
        use(tiktok, settings)
        anna = user("Anna")
        growing = [gift(1, by=anna), gift(2, by=anna), gift(5, by=anna), gift(5, by=anna, over=True)]
        tiktok.open_room(HANDLE).play(
            *[Send(frame) for frame in growing],
            WaitFor(thanked),
            Send(gift(5, by=anna, over=True)),  # the closing frame, once more
            Send(control(ENDED)),
        )
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            await eventually(replies_of(session), are(1, "spoken"))
            thanked.set()
            await eventually(status_of(session), lambda status: status == "ended")
            await eventually(lambda: ChatEvent.objects.filter(session=session, kind="gift").count() == 5)
            [thanks] = await in_thread(replies_of(session))

    assert thanks.trigger_kind == "gift"
    assert "Anna" in thanks.text
    assert "5" in thanks.text


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (RoomFault.OFFLINE, "user_offline"),
        (RoomFault.AGE_RESTRICTED, "age_restricted"),
        (None, "handle_not_found"),
    ],
)
async def test_a_live_that_cannot_begin_ends_with_the_reason(
    at_once: Show, settings: Any, fault: RoomFault | None, reason: str
) -> None:
    async with FakeWebcast() as tiktok:
        use(tiktok, settings)
        if fault is not None:
            tiktok.open_room(HANDLE, fault=fault)
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            await eventually(status_of(session), lambda status: status == "ended")
            session = await in_thread(lambda: LiveSession.objects.get(id=session.id))

    assert session.end_reason == reason
    assert session.get_end_reason_display() != reason


async def test_mute_reaches_the_running_reply_and_unmute_lets_the_next_one_through(
    at_once: Show, settings: Any
) -> None:
    more = asyncio.Event()
    async with FakeWebcast() as tiktok, open_socket(f"{at_once.overlay.token}/?version=2") as page:
        use(tiktok, settings)
        room = tiktok.open_room(HANDLE)
        room.play(
            Send(comment("ciao!")), WaitFor(more), Send(comment("come stai?")), WaitFor(asyncio.Event())
        )
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            _, cut_frame = await first_audio(page)
            await in_thread(mute_session, session=session)
            await eventually(replies_of(session), are(1, "muted"))
            await in_thread(unmute_session, session=session)
            more.set()
            while (frame := (await first_audio(page))[1])[1:17] == cut_frame[1:17]:
                pass  # what was under way before the mute; the page drops it
            [muted, spoken] = await eventually(replies_of(session), lambda replies: len(replies) == 2)

    assert unpack_audio(frame).utterance_id == spoken.id
    assert muted.id != spoken.id


async def test_stop_ends_the_live_and_a_second_one_may_follow(at_once: Show, settings: Any) -> None:
    async with FakeWebcast() as tiktok:
        use(tiktok, settings)
        tiktok.open_room(HANDLE).play(WaitFor(asyncio.Event()))
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            await eventually(status_of(session), lambda status: status == "active")
            await in_thread(stop_session, session=session)
            await eventually(status_of(session), lambda status: status == "ended")
            ended = await in_thread(lambda: LiveSession.objects.get(id=session.id))
            second = await go_on_air(at_once)
            worker.submit(str(second.id))
            await eventually(status_of(second), lambda status: status == "active")
            await in_thread(stop_session, session=second)
            await eventually(status_of(second), lambda status: status == "ended")

    assert ended.end_reason == "stopped"
    assert ended.ended_at is not None


async def test_a_worker_that_stops_gives_its_lives_to_the_next(at_once: Show, settings: Any) -> None:
    async with FakeWebcast() as tiktok:
        use(tiktok, settings)
        room = tiktok.open_room(HANDLE)
        room.play(WaitFor(asyncio.Event()))
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            await eventually(status_of(session), lambda status: status == "active")
        connections = room.connections
        async with running_worker():
            await eventually(lambda: room.connections > connections)
            await in_thread(stop_session, session=session)
            await eventually(status_of(session), lambda status: status == "ended")


async def test_an_overlay_of_another_tenant_hears_nothing(
    at_once: Show, other_show: Show, settings: Any
) -> None:
    async with FakeWebcast() as tiktok, open_socket(other_show.overlay.token) as charlies_page:
        use(tiktok, settings)
        tiktok.open_room(HANDLE).play(Send(comment("ciao!")), WaitFor(asyncio.Event()))
        state = await charlies_page.receive()
        async with running_worker() as worker:
            session = await go_on_air(at_once)
            worker.submit(str(session.id))
            await eventually(replies_of(session), bool)
            assert await charlies_page.communicator.receive_nothing()

    assert state["type"] == "state"
    assert not state["live"]
