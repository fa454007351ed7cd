"""The console in real processes: a worker plays games and answers, a bridge brings the chat."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django_scopes import scope, scopes_disabled
from playwright.sync_api import Page, expect

from livesessions.models.plans import QuizQuestion
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Tenant, User
from tenants.services import create_api_token
from tests.patience import PATIENCE_S, POLL_S

Writes = Callable[[str, str], None]


@pytest.fixture
def worker(server_environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_lives"],
            cwd=settings.BASE_DIR,
            env=server_environment,
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
        _, key = create_api_token(tenant=tenant, user=alice, name="Bridge")
    with httpx.Client(base_url=f"{server_url}/api/v1/", headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.fixture
def on_air(api: httpx.Client, tenant: Tenant, show: Show, worker: None) -> Iterator[LiveSession]:
    with scope(tenant=tenant):
        QuizQuestion.objects.create(
            tenant=tenant, show=show, question="Come si chiama il mio gatto?", answers=["Artù"]
        )
        Show.objects.filter(id=show.id).update(game_every_s=0)
    made = api.post("sessions/", json={"show": str(show.id), "source": "bridge"}).raise_for_status().json()
    api.post(f"sessions/{made['id']}/start/").raise_for_status()
    with scopes_disabled():
        session = LiveSession.objects.get(id=made["id"])
        deadline = time.monotonic() + PATIENCE_S
        while session.status != LiveSession.Status.ACTIVE:
            assert time.monotonic() < deadline, session.status
            time.sleep(POLL_S)  # the row tells nobody when it changes
            session.refresh_from_db()
    yield session
    api.post(f"sessions/{made['id']}/stop/").raise_for_status()


@pytest.fixture
def writes(api: httpx.Client, on_air: LiveSession) -> Writes:
    """Call with a viewer's name and a line that comes in by the bridge."""
    sent: list[str] = []

    def write(name: str, text: str) -> None:
        sent.append(text)
        event = {"id": f"line-{len(sent)}", "kind": "comment", "text": text}
        viewer = {"id": f"id-{name}", "name": name}
        api.post(
            f"sessions/{on_air.id}/events/", json={"events": [{**event, "viewer": viewer}]}
        ).raise_for_status()

    return write


def test_a_quiz_and_a_poll_are_played_from_the_console(
    alice: User, on_air: LiveSession, logged_in_page: Callable[[User], Page], writes: Writes
) -> None:
    page = logged_in_page(alice)
    page.goto(f"/lives/{on_air.id}/")
    expect(page.locator(".desk")).to_have_attribute("data-connection", "open")
    game = page.locator("#game-state")

    page.locator("#quiz-button").click()
    expect(game).to_contain_text("Come si chiama il mio gatto?")
    expect(page.locator("#quiz-button")).to_be_hidden()
    # It is open for answers when the host has asked it: the seconds run then.
    expect(game.locator(".game-kind .figure")).to_contain_text(" s")
    writes("Anna", "secondo me Romeo")
    writes("Bea", "artù!")
    expect(game.locator(".game-leaders")).to_contain_text("Bea")
    expect(game.locator(".game-leaders li")).to_have_count(1)
    expect(game).to_contain_text("No game is running.")

    page.get_by_text("Start a poll").click()
    page.get_by_label("Question").fill("Mare o montagna?")
    page.get_by_label("Options").fill("Mare\nMontagna")
    page.locator("#poll-button").click()
    expect(game).to_contain_text("Mare o montagna?")
    expect(game.locator(".game-kind .figure")).to_contain_text(" s")
    writes("Anna", "2")
    writes("Bea", "mare")
    writes("Carla", "1")
    expect(game.locator(".game-options li").first).to_contain_text("2 · 67 %")
    page.locator("#game-end-button").click()
    expect(game).to_contain_text("No game is running.")
    expect(page.locator("#host-feed")).to_contain_text("Mare")


def test_a_poll_that_may_not_be_held_says_why(
    alice: User, on_air: LiveSession, logged_in_page: Callable[[User], Page]
) -> None:
    page = logged_in_page(alice)
    page.goto(f"/lives/{on_air.id}/")
    expect(page.locator(".desk")).to_have_attribute("data-connection", "open")
    page.get_by_text("Start a poll").click()
    page.get_by_label("Question").fill("Chi è la puttana?")
    page.get_by_label("Options").fill("Questa\nQuella")
    page.locator("#poll-button").click()
    expect(page.locator("#session-controls")).to_contain_text("Your rules block this text")


def test_the_streamer_runs_the_host_from_the_console_by_keyboard_and_on_a_phone(
    alice: User, on_air: LiveSession, logged_in_page: Callable[[User], Page], writes: Writes
) -> None:
    page = logged_in_page(alice)
    page.goto(f"/lives/{on_air.id}/")
    expect(page.locator(".desk")).to_have_attribute("data-connection", "open")

    page.locator("#pause-button").press("Enter")
    expect(page.locator("#resume-button")).to_be_visible()
    writes("Anna", "di che colore è il cielo?")
    writes("Bea", "come ti chiami?")
    writes("Carla", "sei una puttana")
    expect(page.locator("#queue-rows li")).to_have_count(2)
    expect(page.locator("#queue-rows")).to_contain_text("Asks a question")

    # A message that the rules block offers no answer, and the filter finds it.
    page.get_by_role("button", name="Marked").press("Enter")
    expect(page.locator("#chat-feed li")).to_have_count(1)
    expect(page.locator("#chat-feed li")).to_contain_text("Carla")
    page.get_by_role("button", name="All").press("Enter")

    page.locator("#queue-rows li", has_text="Bea").get_by_role("button", name="Pin").press("Enter")
    expect(page.locator("#queue-rows li", has_text="Bea")).to_contain_text("Pinned by you")
    page.locator("#queue-rows li", has_text="Anna").get_by_role("button", name="Remove").press("Enter")
    expect(page.locator("#queue-rows li")).to_have_count(1)

    # What was removed is answered all the same when the streamer asks for it.
    page.get_by_role("button", name="What to do about Anna").press("Enter")
    page.locator("#row-menu").get_by_role("button", name="Answer this").press("Enter")
    expect(page.locator("#queue-rows li").first).to_contain_text("You want it next")
    page.locator("#resume-button").press("Enter")
    expect(page.locator("#host-feed .trigger", has_text="Anna")).to_be_visible()

    # On a phone: the host says a sentence, which is kept as a quick line and comes back with the arrow key.
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("tab", name="Host").click()
    page.locator("#say-text").fill("che puttana")
    page.locator("#say-text").press("Enter")
    expect(page.locator("#say")).to_contain_text("Your rules block this text")
    page.locator("#say-text").fill("Buonasera a tutti")
    page.locator("#say-text").press("Enter")
    expect(page.locator("#say")).to_contain_text("Queued: next up.")
    expect(page.locator("#host-feed")).to_contain_text("Buonasera a tutti")
    page.locator("#say-text").press("ArrowUp")
    expect(page.locator("#say-text")).to_have_value("Buonasera a tutti")
    page.get_by_role("button", name="Keep as a quick line").click()
    expect(page.locator(".quick-line")).to_have_text("Buonasera a tutti")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
