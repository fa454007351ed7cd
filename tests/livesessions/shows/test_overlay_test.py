import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
import redis
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connections
from django.utils import timezone
from django_scopes import scope

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.shows.services.overlay_tests import run_show_overlay_test
from livesessions.worker.commands import Say, command_channel, decode_command
from overlay.testing import services, spoken_line
from overlay.testing.errors import OverlayTestRefused
from overlay.testing.services import OverlaySample
from overlay.testing.spoken_line import OverlayTestLine, OverlayTestOutcome, speak_test_line
from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.runtime.preview_slots import exclusive
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tests.fakes.synthesizer import FakeSynthesizer
from tests.overlay.conftest import Socket, open_socket
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.django_db(transaction=True)


def opens(fake: FakeSynthesizer) -> Callable[..., Awaitable[Speaker]]:
    async def open_voice(stack: Any, profile: VoiceProfile) -> Speaker:
        return Speaker(fake, VoiceSpec("test", profile.language))

    return open_voice


@pytest.fixture(autouse=True)
def synthesizer(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, redis_client: "redis.Redis"
) -> FakeSynthesizer:
    """The voice of every show; nobody waits long for a page that is not there."""
    fake = FakeSynthesizer(seconds_per_character=0.01)

    monkeypatch.setattr(spoken_line, "open_voice", opens(fake))
    answers = "overlay_page" in request.fixturenames
    monkeypatch.setattr(spoken_line, "START_TIMEOUT_S", 10.0 if answers else 0.3)
    return fake


@pytest.fixture
def line(show: Show) -> OverlayTestLine:
    return OverlayTestLine(uuid4(), show.overlay_id, show.voice, "Ciao a tutti!")


async def leave() -> None:
    """Let go of what the sockets' server holds, also of its thread's connection to the database."""
    await get_channel_layer().flush()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def overlay_page(show: Show) -> AsyncIterator[Socket]:
    async with open_socket(show.overlay.token) as socket:
        assert (await socket.receive())["type"] == "state"
        yield socket
    await leave()


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    with scope(tenant=session.tenant):
        LiveSession.objects.update(
            status="active", start_requested_at=timezone.now(), started_at=timezone.now()
        )
        session.refresh_from_db()
    return session


async def nobody_goes_live() -> bool:
    return False


async def somebody_goes_live() -> bool:
    return True


async def play(page: Socket, **said: Any) -> list[str]:
    """Do what a page does: note what comes in until the end, then say how it played."""
    seen = []
    while True:
        frame = await page.receive()
        seen.append("audio" if isinstance(frame, bytes) else frame["type"])
        if seen[-1] == "end":
            break
    await page.send({"type": "started", "utterance": frame["utterance"]})
    await page.send({"type": "ended", "utterance": frame["utterance"], **said})
    return seen


def try_with(show: Show, sample: OverlaySample) -> OverlayTestOutcome:
    with scope(tenant=show.tenant):
        return run_show_overlay_test(show=show, sample=sample)


async def test_a_line_that_a_page_has_played_is_heard(line: OverlayTestLine, overlay_page: Socket) -> None:
    outcome, seen = await asyncio.gather(
        speak_test_line(line, live_runs=nobody_goes_live), play(overlay_page, played_ms=130, level_db=-18.5)
    )
    assert outcome is OverlayTestOutcome.HEARD
    assert seen[:3] == ["mute", "begin", "audio"]


@pytest.mark.parametrize("said", [{"played_ms": 0}, {"played_ms": 130, "level_db": -90.0}])
async def test_a_line_that_left_no_sound_was_played_in_silence(
    line: OverlayTestLine, overlay_page: Socket, said: dict[str, Any]
) -> None:
    outcome, _ = await asyncio.gather(
        speak_test_line(line, live_runs=nobody_goes_live), play(overlay_page, **said)
    )
    assert outcome is OverlayTestOutcome.SILENT


async def test_one_page_in_silence_does_not_hide_that_another_was_heard(
    line: OverlayTestLine, overlay_page: Socket, show: Show
) -> None:
    async with open_socket(show.overlay.token) as second:
        outcome, *_ = await asyncio.gather(
            speak_test_line(line, live_runs=nobody_goes_live),
            play(overlay_page, played_ms=0),
            play(second, played_ms=130, level_db=-20.0),
        )
    assert outcome is OverlayTestOutcome.HEARD


async def test_without_a_page_the_line_is_unheard_and_cut(line: OverlayTestLine) -> None:
    assert await speak_test_line(line, live_runs=nobody_goes_live) is OverlayTestOutcome.UNHEARD


async def test_a_live_that_starts_cuts_the_test(line: OverlayTestLine, overlay_page: Socket) -> None:
    assert await speak_test_line(line, live_runs=somebody_goes_live) is OverlayTestOutcome.INTERRUPTED
    while (frame := await overlay_page.receive()) and (isinstance(frame, bytes) or frame["type"] != "cut"):
        pass
    assert frame["utterance"] == str(line.utterance_id)


async def test_a_voice_that_fails_is_told_apart_from_an_overlay_that_does(
    line: OverlayTestLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken_line, "open_voice", opens(FakeSynthesizer(error=SpeechError("broken"))))
    assert await speak_test_line(line, live_runs=nobody_goes_live) is OverlayTestOutcome.VOICELESS


async def test_lines_are_shown_as_tests_on_a_page_that_looks_on_air(show: Show, overlay_page: Socket) -> None:
    await services.show_sample(show.overlay_id, show.language, OverlaySample.ALL, as_if_on_air=True)
    trial, game, *lines = [await overlay_page.receive() for _ in range(5)]
    assert game["game"]["question"].startswith("Prova:")
    assert trial == {"type": "trial", "for_ms": services.SHOWN_FOR_MS}
    assert [(line["kind"], line["name"]) for line in lines] == [
        ("comment", "Prova"),
        ("follow", "Prova"),
        ("gift", "Prova"),
    ]


async def test_a_page_that_connects_during_a_test_looks_on_air_and_keeps_no_line_of_it(show: Show) -> None:
    await services.show_sample(show.overlay_id, show.language, OverlaySample.CHAT, as_if_on_air=True)
    async with open_socket(show.overlay.token) as socket:
        state = await socket.receive()
    await leave()
    assert 0 < state["trial_ms"] <= services.SHOWN_FOR_MS
    assert (state["live"], state["lines"]) == (False, [])
    assert "game" not in state


@pytest.mark.parametrize(
    "sample", [OverlaySample.CHAT, OverlaySample.FOLLOW, OverlaySample.GIFT, OverlaySample.QUIZ]
)
def test_a_line_without_a_live_is_written_down_nowhere(show: Show, sample: OverlaySample) -> None:
    assert try_with(show, sample) is OverlayTestOutcome.SHOWN
    with scope(tenant=show.tenant):
        assert not ChatEvent.objects.exists()
        assert not Reply.objects.exists()
        assert not LiveSession.objects.exists()


def test_with_a_live_the_voice_is_the_lives_own(on_air: LiveSession) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
        channel.subscribe(command_channel(on_air.id))
        channel.get_message(timeout=PATIENCE_S)
        assert try_with(on_air.show, OverlaySample.VOICE) is OverlayTestOutcome.ASKED
        message = channel.get_message(timeout=PATIENCE_S)
    said = "Ciao! Sono il tuo host. Se mi senti, è tutto pronto."
    command = decode_command(message["data"])
    assert isinstance(command, Say)
    assert command.text == said


def test_a_live_that_runs_does_not_notice_a_test_of_its_overlay(on_air: LiveSession) -> None:
    assert try_with(on_air.show, OverlaySample.GIFT) is OverlayTestOutcome.SHOWN
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert not client.exists(f"overlay:{on_air.show.overlay_id}:trial")


def test_no_room_is_asked_a_quiz_that_is_only_a_test(on_air: LiveSession) -> None:
    with pytest.raises(OverlayTestRefused, match="real quiz"):
        try_with(on_air.show, OverlaySample.QUIZ)


def test_a_muted_host_is_not_tested_aloud(session: LiveSession) -> None:
    with scope(tenant=session.tenant):
        LiveSession.objects.update(muted=True)
    with pytest.raises(OverlayTestRefused, match="muted"):
        try_with(session.show, OverlaySample.VOICE)


def test_a_voice_is_tested_ten_times_a_minute_at_most(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_speak", lambda show, trial: OverlayTestOutcome.HEARD)
    for _ in range(services.SPOKEN_TESTS.burst):
        assert try_with(show, OverlaySample.VOICE) is OverlayTestOutcome.HEARD
    with pytest.raises(OverlayTestRefused, match="Try again in"):
        try_with(show, OverlaySample.VOICE)
    assert services.SPOKEN_TESTS.burst + 60 * services.SPOKEN_TESTS.rate_per_s <= 10


def test_one_voice_at_a_time_is_tested_in_a_show(show: Show) -> None:
    with (
        exclusive(show.id, "overlay-test"),
        pytest.raises(OverlayTestRefused, match="Another voice test is running"),
    ):
        try_with(show, OverlaySample.VOICE)


def test_the_voice_is_cut_at_eight_seconds(
    show: Show, synthesizer: FakeSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken_line, "MAX_AUDIO_S", 0.2)
    assert try_with(show, OverlaySample.VOICE) is OverlayTestOutcome.UNHEARD
    assert (synthesizer.closed, synthesizer.finished) == (1, 0)
