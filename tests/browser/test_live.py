"""The whole way, in real processes: TikTok's socket, worker, web server, Chromium's loudspeaker, and back."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django_scopes import scope, scopes_disabled
from playwright.sync_api import Page, expect

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from speech.models import VoiceProfile
from tenants.models import Tenant, User
from tenants.services import create_api_token
from tests.fakes.webcast import FakeWebcast, Send, WaitFor, comment
from tests.overlay.reactions import wait_until_silent
from tests.overlay.viewing import AUDIBLE, Viewer
from tests.patience import PATIENCE_S, POLL_S

NOTHING_FOR_MS = 1_000
LINES = 2
QUESTION = "ciao, come stai oggi?"


class LocalTikTok:
    """A TikTok in a thread of its own; `say` has the room's viewer write a line."""

    def __init__(self, webcast: FakeWebcast, loop: asyncio.AbstractEventLoop, handle: str) -> None:
        self.webcast = webcast
        self._loop = loop
        self._lines = [asyncio.Event() for _ in range(LINES)]
        steps = [step for line in self._lines for step in (WaitFor(line), Send(comment(QUESTION)))]
        webcast.open_room(handle).play(*steps, WaitFor(asyncio.Event()))

    def say(self, number: int) -> None:
        self._loop.call_soon_threadsafe(self._lines[number].set)


@contextmanager
def open_tiktok(handle: str) -> Iterator[LocalTikTok]:
    opened: list[LocalTikTok] = []
    ready, closing = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with FakeWebcast() as webcast:
            opened.append(LocalTikTok(webcast, loop, handle))
            ready.set()
            await closing.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="tiktok")
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()
        loop.close()


@pytest.fixture
def tiktok(show: Show) -> Iterator[LocalTikTok]:
    # Its host speaks slowly, so that a slow test still hears it when it mutes it.
    with scopes_disabled():
        VoiceProfile.objects.filter(id=show.voice_id).update(speed=0.5)
    with open_tiktok(show.handle) as tiktok:
        yield tiktok


@pytest.fixture
def worker(tiktok: LocalTikTok, server_environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    """`manage.py run_lives`, pointed at the local TikTok."""
    endpoints = tiktok.webcast.endpoints
    environment = {
        **server_environment,
        "TIKTOK_APP_URL": endpoints.app_url,
        "TIKTOK_WEBCAST_URL": endpoints.webcast_url,
        "TIKTOK_SIGN_URL": endpoints.sign_url,
    }
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_lives"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture
def api(server_url: str, tenant: Tenant, alice: User) -> Iterator[httpx.Client]:
    with scope(tenant=tenant):
        _, key = create_api_token(tenant=tenant, user=alice, name="Live")
    with httpx.Client(base_url=f"{server_url}/api/v1/", headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.fixture
def on_air(api: httpx.Client, show: Show, worker: None) -> Iterator[LiveSession]:
    made = api.post("sessions/", json={"show": str(show.id), "source": "tiktok"}).raise_for_status().json()
    api.post(f"sessions/{made['id']}/start/").raise_for_status()
    with scopes_disabled():
        session = LiveSession.objects.select_related("show__overlay").get(id=made["id"])
    _until(session, lambda: session.status == LiveSession.Status.ACTIVE)
    _until(session, lambda: _has_greeted(session))
    yield session
    api.post(f"sessions/{made['id']}/stop/").raise_for_status()
    _until(session, lambda: session.status == LiveSession.Status.ENDED)


def _until(session: LiveSession, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with scopes_disabled():
        session.refresh_from_db()
        while not holds():
            assert time.monotonic() < deadline, session.status
            time.sleep(POLL_S)
            session.refresh_from_db()


def _has_greeted(session: LiveSession) -> bool:
    return Reply.objects.filter(session=session, trigger_source_id="", status="spoken").exists()


def _replies(session: LiveSession) -> list[Reply]:
    """Return what the host said to somebody; its greeting aside."""
    with scopes_disabled():
        return list(
            Reply.objects.filter(session=session).exclude(trigger_source_id="").order_by("created_at")
        )


@pytest.fixture
def viewer(page: Page, server_url: str, on_air: LiveSession) -> Viewer:
    viewer = Viewer(page, server_url)
    viewer.open(on_air.show.overlay)
    return viewer


def test_a_comment_is_heard_captioned_and_acknowledged(
    tiktok: LocalTikTok, on_air: LiveSession, viewer: Viewer
) -> None:
    tiktok.say(0)
    viewer.wait_until_heard()
    _until(on_air, lambda: any(reply.heard_ended_at for reply in _replies(on_air)))

    [reply] = _replies(on_air)
    assert reply.trigger_text == QUESTION
    assert reply.heard_started_at is not None
    assert viewer.captions()[-1] in reply.text
    assert max(level for _, level in viewer.heard()) > AUDIBLE
    expect(viewer.page.get_by_text(QUESTION)).to_be_visible()


def test_mute_on_the_console_silences_the_overlay_and_nothing_of_the_cut_reply_follows(
    tiktok: LocalTikTok,
    on_air: LiveSession,
    viewer: Viewer,
    alice: User,
    logged_in_page: Callable[[User], Page],
) -> None:
    console = logged_in_page(alice)
    console.goto(f"/lives/{on_air.id}/")
    expect(console.locator("#mute-button")).to_be_visible()

    tiktok.say(0)
    viewer.wait_until_heard()
    console.locator("#mute-button").click()
    _until(on_air, lambda: [reply.status for reply in _replies(on_air)] == ["muted"])
    wait_until_silent(viewer.page)
    # The opposite button has taken its place.
    console.locator("#mute-button", has_text="Unmute").click()
    expect(
        console.locator("#mute-button", has_text="Mute").and_(console.locator(".btn-line"))
    ).to_be_visible()
    unmuted_ms = console.evaluate("Date.now()")
    _until(on_air, lambda: not on_air.muted)
    console.wait_for_timeout(NOTHING_FOR_MS)
    assert max(level for _, level in viewer.heard(after_ms=unmuted_ms)) < AUDIBLE

    tiktok.say(1)
    viewer.wait_until_heard()
    _until(on_air, lambda: [reply.status for reply in _replies(on_air)] == ["muted", "spoken"])
    expect(console.locator("#host-feed")).to_contain_text(_replies(on_air)[-1].text)
