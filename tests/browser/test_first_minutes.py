"""A new creator's first minutes: from the first page to the first heard word, as a person presses it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from django_scopes import scopes_disabled
from playwright.sync_api import BrowserContext, Page, expect

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import User
from tests.browser.conftest import running_server
from tests.browser.test_live import open_tiktok
from tests.overlay.viewing import AUDIBLE, wait_in_page
from tests.patience import PATIENCE_MS, PATIENCE_S

HANDLE = "la.sera"
PASSWORD = "correct horse battery"
# A slow hand needs ten seconds for each press and each field.
SLOW_S, MOST_S = 10, 300

WAYS = [(language, width) for width in (1280, 390) for language in ("it", "en", "de")]


class SlowHand:
    """Presses and fills in, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0

    def press(self, selector: str) -> None:
        self.steps += 1
        self.page.locator(selector).locator("visible=true").first.click()

    def fill(self, selector: str, text: str) -> None:
        self.steps += 1
        self.page.locator(selector).fill(text)

    def choose(self, selector: str, value: str) -> None:
        self.steps += 1
        self.page.locator(selector).select_option(value)

    def continue_to(self, path: str) -> None:
        self.press("button[name=next]")
        self.page.wait_for_url(f"**{path}")


@pytest.fixture(scope="module")
def site(server_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web server with a mailbox and a worker, both beside a TikTok of this machine; all ways share them."""
    folder = tmp_path_factory.mktemp("site")
    with open_tiktok(HANDLE) as tiktok:
        environment = {
            **server_environment,
            "TEST_MAILBOX_DIR": str(folder / "mails"),
            "TIKTOK_APP_URL": tiktok.webcast.endpoints.app_url,
        }
        server = running_server(environment, folder / "server.log")
        with server as url, running_worker(environment, folder / "worker.log"):
            yield url


@contextmanager
def running_worker(environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "run_lives"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(PATIENCE_S)


@pytest.mark.parametrize(("language", "width"), WAYS)
def test_a_new_creator_hears_the_host_within_minutes(
    site: str, new_context: Callable[..., BrowserContext], language: str, width: int
) -> None:
    context = new_context(
        locale=language, viewport={"width": width, "height": 844}, timezone_id="Europe/Berlin"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    hand = SlowHand(page)

    page.goto(f"{site}/")
    # An address of its own: mails to one address are limited.
    sign_up(hand, f"dora.{language}.{width}@example.com")
    set_up(hand, language)
    hear_the_rehearsal(hand)

    assert hand.steps * SLOW_S < MOST_S, f"{hand.steps} presses and fields"
    assert faults == []
    with scopes_disabled():
        show = Show.objects.select_related("tenant").get()
        session = LiveSession.objects.get()
    assert (show.handle, show.language, show.tenant.name) == (HANDLE, language, "Dora Live")
    assert show.tenant.time_zone == "Europe/Berlin", "proposed by the browser"
    assert session.stop_requested_at is not None


def sign_up(hand: SlowHand, email: str) -> None:
    """Create an account, and open the mail's link in the same browser."""
    hand.press("a[href='/accounts/signup/']")
    hand.fill("input[name=email]", email)
    hand.fill("input[name=password1]", PASSWORD)
    hand.press("form[action='/accounts/signup/'] button:not([type=button])")
    hand.press("a[href='/mails/']")
    hand.press(".mail a[href*='/accounts/confirm-email/']")
    hand.page.wait_for_url("**/start/you/")
    assert User.objects.get().email == email


def set_up(hand: SlowHand, language: str) -> None:
    """Go through the five steps of the wizard, and hear a host on the way."""
    hand.fill("input[name=name]", "Dora Live")
    hand.choose("select[name=language]", language)
    hand.continue_to("/start/handle/")
    hand.fill("input[name=handle]", f"https://www.tiktok.com/@{HANDLE}/live?lang={language}")
    hand.continue_to("/start/host/")
    expect(hand.page.locator("body")).to_contain_text(f"@{HANDLE}")
    play = hand.page.locator(".host").nth(1).locator(".hear-button")
    hand.steps += 1
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    hand.page.evaluate("document.querySelectorAll('audio').forEach((audio) => audio.pause())")
    hand.press(".host:nth-of-type(2) input")
    hand.continue_to("/start/rules/")
    hand.continue_to("/start/overlay/")
    hand.continue_to("/start/rehearsal/")


def hear_the_rehearsal(hand: SlowHand) -> None:
    """Start it with one press; the host is loud in the page, and its words can be read."""
    hand.press("#rehearsal-start button")
    overlay = hand.page.wait_for_selector("#rehearsal-stage iframe")
    assert overlay is not None
    frame = overlay.content_frame()
    assert frame is not None
    frame.wait_for_selector("[data-connected=true]")
    wait_in_page(frame, f"(window.vivavoce?.player.level ?? 0) >= {AUDIBLE}")
    expect(hand.page.locator(".rehearsal-lines .is-heard").first).to_contain_text(re.compile(r"\w+"))
    hand.press("#rehearsal-end button")
    hand.page.wait_for_url("**/shows/*/")


def test_a_browser_without_scripts_goes_the_same_way(
    site: str, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(locale="en", java_script_enabled=False).new_page()
    hand = SlowHand(page)
    page.goto(f"{site}/")
    sign_up(hand, "quiet@example.com")
    hand.fill("input[name=name]", "Dora Live")
    for path in ("handle", "host", "rules", "overlay", "rehearsal"):
        hand.continue_to(f"/start/{path}/")
    hand.press("#rehearsal-start button")
    expect(page.locator("#rehearsal-state")).to_contain_text(re.compile(r"\w+"))
    # This switch of Chromium's stops scripts, and still hides what is for browsers without them.
    assert "The player needs JavaScript." in page.content()
    hand.press("#rehearsal-end button")
    page.wait_for_url("**/shows/*/")
    change_the_show(hand, page.url)
    page.goto(f"{site}/team/")
    invite(hand)
    with scopes_disabled():
        now = timezone.now()
        LiveSession.objects.update(status="ended", started_at=now, ended_at=now)
    page.goto(f"{site}/lives/")
    hand.press("table.lives a")
    page.wait_for_url("**/report/")
    expect(page.locator("h1")).to_be_visible()


def change_the_show(hand: SlowHand, show_url: str) -> None:
    """Save a show's settings: what is wrong is told at its field, and stays there as it was typed."""
    hand.page.goto(f"{show_url}advanced/")
    hand.fill("input[name=cooldown_min_s]", "10")
    hand.fill("input[name=cooldown_max_s]", "4")
    hand.fill("input[name=name]", "The evening")
    hand.press(".save-bar button")
    field = hand.page.locator(".field", has=hand.page.locator("input[name=cooldown_max_s]"))
    expect(field.locator(".errorlist")).to_be_visible()
    expect(field.locator("input")).to_have_value("4")
    expect(hand.page.locator("input[name=name]")).to_have_value("The evening")
    hand.fill("input[name=cooldown_max_s]", "12")
    hand.press(".save-bar button")
    expect(hand.page.locator(".notice-success")).to_be_visible()
    hand.page.goto(f"{show_url}rules/")
    hand.press(".field-check label")
    hand.press(".save-bar button")
    expect(hand.page.locator(".notice-success")).to_be_visible()
    expect(hand.page.locator("input[name=holds_replies]")).to_be_checked()


def invite(hand: SlowHand) -> None:
    """Invite a colleague, at first with an address that is none."""
    hand.fill("input[name=email]", "nobody@nowhere")
    hand.press("form:has(input[name=email]) .btn-solid")
    expect(hand.page.locator(".field .errorlist")).to_be_visible()
    expect(hand.page.locator("input[name=email]")).to_have_value("nobody@nowhere")
    hand.fill("input[name=email]", "bob@example.com")
    hand.press("form:has(input[name=email]) .btn-solid")
    expect(hand.page.locator("main")).to_contain_text("bob@example.com")
