from collections.abc import Callable

import pytest
from django_scopes import scope
from playwright.sync_api import Page, expect

from livesessions.models.shows import Show
from speech.models import VoiceProfile
from speech.services.voices import Provider, create_voice
from tenants.models import Tenant, User
from tests.browser.test_persona import PEAK, PLAYING

LoggedInPage = Callable[[User], Page]


@pytest.fixture
def voice(tenant: Tenant) -> VoiceProfile:
    with scope(tenant=tenant):
        return create_voice(tenant=tenant, name="Nota", provider=Provider.ESPEAK, language="it")


@pytest.fixture
def studio(alice: User, show: Show, voice: VoiceProfile, logged_in_page: LoggedInPage) -> Page:
    page = logged_in_page(alice)
    page.goto(f"/voices/{voice.id}/")
    return page


def heard_s(page: Page) -> float:
    audio = page.locator("#preview audio")
    expect(audio).to_have_count(1)
    audio.evaluate(PLAYING)
    found = audio.evaluate(PEAK)
    assert found["peak"] > 0.05
    return float(found["duration"])


def test_a_preview_really_plays_and_a_faster_voice_is_done_sooner(studio: Page, voice: VoiceProfile) -> None:
    studio.get_by_label("Your sentence").fill("Benvenuti nella diretta di stasera, siamo in 1.250!")
    studio.get_by_role("button", name="Hear it").click()
    slow_s = heard_s(studio)
    expect(studio.locator("#preview")).to_contain_text("milleduecentocinquanta")
    first = studio.locator("#preview audio").get_attribute("src")

    speed = studio.get_by_label("Speed")
    speed.focus()
    for _ in range(10):
        speed.press("ArrowRight")
    expect(studio.locator(".slider output").first).to_have_text("1.5×")
    studio.get_by_role("button", name="Hear it").click()
    expect(studio.locator("#preview audio")).not_to_have_attribute("src", first or "")
    assert heard_s(studio) < 0.85 * slow_s

    studio.get_by_role("button", name="Save", exact=True).last.click()
    expect(studio.get_by_text("applies from the next live on").first).to_be_visible()
    with scope(tenant=voice.tenant):
        voice.refresh_from_db()
    assert voice.speed == 1.5


def test_a_measured_voice_says_how_loud_it_is(studio: Page) -> None:
    expect(studio.locator("[data-loudness]")).to_have_text("Not measured yet")
    studio.get_by_role("button", name="Measure now").click()
    expect(studio.locator("[data-loudness]")).to_contain_text("LUFS")


def test_another_provider_brings_its_voices_at_once(studio: Page) -> None:
    expect(studio.get_by_label("Voice", exact=True)).to_contain_text("Annie")
    studio.get_by_label("Provider").select_option("auto")
    expect(studio.get_by_label("Voice", exact=True)).to_have_text("Best for the language")
    expect(studio.get_by_text("Right now the best one is SVOX Pico.")).to_be_visible()


def test_pronunciations_are_pasted_and_heard(alice: User, show: Show, logged_in_page: LoggedInPage) -> None:
    page = logged_in_page(alice)
    page.goto("/voices/words/")
    page.get_by_text("Paste many at once").click()
    page.get_by_label("One a line: written = spoken").fill("Nike = naichi\nsenza")
    page.get_by_role("button", name="Add them all").click()
    expect(page.get_by_text("Line 2:")).to_be_visible()
    expect(page.get_by_label("One a line: written = spoken")).to_have_value("senza")
    page.get_by_role("button", name="Hear it Nike").click()
    expect(page.locator(".hearing audio")).to_have_count(1)
    assert page.locator(".hearing audio").evaluate(PEAK)["peak"] > 0.05
