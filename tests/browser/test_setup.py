"""The set-up guide in a browser, and the overlay that it is about in another."""

from collections.abc import Callable

import pytest
import redis
from playwright.sync_api import Page, expect

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import User
from tests.overlay.viewing import AUDIBLE, Viewer, watching

LoggedInPage = Callable[[User], Page]
HELLO = "Ciao! Sono il tuo host."


@pytest.fixture
def guide(alice: User, show: Show, redis_client: "redis.Redis", logged_in_page: LoggedInPage) -> Page:
    page = logged_in_page(alice)
    page.goto(f"/shows/{show.id}/setup/")
    return page


@pytest.fixture
def viewer(page: Page, server_url: str, show: Show, guide: Page) -> Viewer:
    viewer = Viewer(page, server_url)
    viewer.open(show.overlay)
    return viewer


def press(guide: Page, name: str) -> None:
    guide.get_by_role("button", name=name, exact=True).click()


def test_the_voice_is_heard_on_the_overlay_without_a_live_and_the_guide_says_so(
    guide: Page, viewer: Viewer
) -> None:
    with watching(viewer.page, f"vivavoce.player.level >= {AUDIBLE}"):
        press(guide, "Say hello")
    expect(viewer.page.locator("body")).to_have_attribute("data-live", "true")
    expect(guide.locator("#test-outcome")).to_contain_text("Heard.")
    peak = max(level for _, level in viewer.heard())
    assert peak > AUDIBLE
    assert any(HELLO in caption for caption in viewer.captions())


def test_lines_and_alerts_appear_on_the_overlay_as_tests(guide: Page, viewer: Viewer) -> None:
    expect(viewer.page.locator("body")).to_have_attribute("data-live", "false")
    expect(guide.locator(".open-now")).to_contain_text("Open in a browser")
    press(guide, "Chat message")
    expect(viewer.page.get_by_text("La tua chat si vede così.")).to_be_visible()
    expect(guide.locator("#test-outcome")).to_contain_text("Sent to the overlay.")
    press(guide, "Gift")
    expect(viewer.page.get_by_text("ha mandato una rosa").first).to_be_visible()
    expect(viewer.page.locator("body")).to_have_attribute("data-live", "true")


def test_without_an_overlay_the_guide_says_what_to_do(guide: Page) -> None:
    press(guide, "Say hello")
    expect(guide.locator("#test-outcome")).to_contain_text("No overlay is open.")
    expect(guide.get_by_role("button", name="Say hello")).to_be_enabled()


def test_an_overlay_that_is_muted_on_its_screen_played_in_silence(guide: Page, viewer: Viewer) -> None:
    viewer.page.locator("#mute").click()
    press(guide, "Say hello")
    expect(guide.locator("#test-outcome")).to_contain_text("Played in silence.")


def test_the_code_of_the_secret_address_appears_only_when_asked_for(guide: Page) -> None:
    expect(guide.locator(".qr svg")).to_have_count(0)
    guide.get_by_role("link", name="Show the overlay's code").click()
    expect(guide.locator(".qr svg")).to_be_visible()
    expect(guide.locator(".qr figcaption")).to_contain_text("show it to nobody")


def test_the_console_tests_the_overlay_too(
    alice: User, session: LiveSession, viewer: Viewer, logged_in_page: LoggedInPage
) -> None:
    console = logged_in_page(alice)
    console.goto(f"/lives/{session.id}/")
    press(console, "Chat message")
    expect(console.locator("#test-outcome")).to_contain_text("Sent to the overlay.")
    expect(viewer.page.get_by_text("La tua chat si vede così.")).to_be_visible()
    console.get_by_role("link", name="Guide with pictures").click()
    expect(console.get_by_role("heading", name="Put your host in your live")).to_be_visible()
