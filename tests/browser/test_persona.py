from collections.abc import Callable

import pytest
from django_scopes import scope
from playwright.sync_api import Page, expect

from livesessions.models.shows import Show
from planner.models import Persona
from planner.presets import presets
from planner.services import PersonaTraits, create_persona
from speech.runtime import preview_slots
from tenants.models import Tenant, User
from tests.patience import PATIENCE_MS

LoggedInPage = Callable[[User], Page]
# The loudest sample of what the page plays, decoded as the browser decodes it, and how long it is.
PEAK = """async (audio) => {
  const answer = await fetch(audio.src);
  const decoded = await new OfflineAudioContext(1, 1, 22050).decodeAudioData(await answer.arrayBuffer());
  const peak = decoded.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return { peak, duration: decoded.duration };
}"""
# Not wait_for_function: it needs eval, which the pages' policy forbids.
PLAYING = f"""async (audio) => {{
  const until = performance.now() + {PATIENCE_MS};
  while (audio.currentTime < 0.2) {{
    if (performance.now() > until) throw new Error("It does not play.");
    await new Promise(requestAnimationFrame);
  }}
}}"""


@pytest.fixture
def persona(tenant: Tenant) -> Persona:
    with scope(tenant=tenant):
        return create_persona(tenant=tenant, traits=PersonaTraits("Nota", "Ami la musica.", "it"))


@pytest.fixture
def studio(alice: User, show: Show, persona: Persona, logged_in_page: LoggedInPage) -> Page:
    """Alice's studio of a persona that hosts no show."""
    page = logged_in_page(alice)
    page.goto(f"/personas/{persona.id}/")
    return page


def rehearse(page: Page, text: str) -> None:
    page.get_by_label("A viewer writes").fill(text)
    page.get_by_label("Viewer's name").fill("Giulia")
    page.get_by_role("button", name="Rehearse").click()


def test_a_slider_says_in_words_where_it_stands_and_is_saved(studio: Page, persona: Persona) -> None:
    energy = studio.get_by_label("Energy")
    words = studio.locator(".slider", has=energy).locator("output")
    expect(words).to_have_text("relaxed")
    energy.focus()
    for _ in range(4):
        energy.press("ArrowRight")
    expect(words).to_have_text("lively")
    studio.get_by_role("button", name="Save", exact=True).click()
    expect(studio.get_by_text("applies from the next live on").first).to_be_visible()
    expect(studio.get_by_label("Energy")).to_have_value("0.7")
    with scope(tenant=persona.tenant):
        persona.refresh_from_db()
    assert persona.style["energy"] == 0.7


def test_the_characters_are_counted_while_one_types(studio: Page) -> None:
    studio.get_by_label("Character", exact=True).fill("x" * 1234)
    expect(studio.locator("[data-used]")).to_have_text("1234")


def test_a_rehearsed_answer_is_read_and_really_heard(studio: Page) -> None:
    studio.get_by_label("Name", exact=True).fill("Melodia")
    rehearse(studio, "come ti chiami?")
    answer = studio.locator("[data-result=answered]")
    expect(answer.locator(".spoken")).to_contain_text("Melodia")  # what is on the page, not what is stored
    expect(answer).to_contain_text("the offline host")
    audio = answer.locator("audio")
    audio.evaluate(PLAYING)
    heard = audio.evaluate(PEAK)
    assert heard["peak"] > 0.05
    assert 0.5 < heard["duration"] < 30


def test_a_line_that_a_live_would_not_answer_says_why(studio: Page) -> None:
    rehearse(studio, "sei una puttana")
    blocked = studio.locator("[data-result=blocked]")
    expect(blocked).to_contain_text("your rules block the viewer's message")
    expect(blocked.locator("audio")).to_have_count(0)


def test_two_personas_answer_the_same_chat_and_are_heard(studio: Page, show: Show, persona: Persona) -> None:
    studio.goto(f"/personas/compare/?a={persona.id}&b={show.persona_id}&chat=it")
    rows = studio.locator(".compared-row[data-line]")
    expect(rows).to_have_count(12)
    expect(rows.first.locator(".spoken")).to_have_count(2)
    rows.first.get_by_role("button", name="Hear").first.click()
    audio = rows.first.locator("audio")
    expect(audio).to_have_count(1)
    assert audio.evaluate(PEAK)["peak"] > 0.05
    studio.reload()
    expect(rows).to_have_count(12)  # at once, for they are kept
    expect(studio.get_by_role("link", name="More of this chat")).to_be_visible()


def test_a_comparison_stops_when_told_and_goes_on(studio: Page, show: Show, persona: Persona) -> None:
    studio.route("**/compare/line/", lambda route: None)  # held; it may reach the server after the stop
    studio.goto(f"/personas/compare/?a={persona.id}&b={show.persona_id}&chat=it")
    studio.get_by_role("button", name="Stop").click()
    expect(studio.get_by_role("button", name="Go on")).to_be_visible()
    studio.unroute_all(behavior="ignoreErrors")
    expect(studio.locator(".compared-row[data-line]")).to_have_count(0)
    # At once: the button makes room for the next line.
    studio.get_by_role("button", name="Go on").evaluate("button => button.click()")
    expect(studio.locator(".compared-row[data-line]").nth(1)).to_be_visible()


def test_a_comparison_waits_for_a_given_up_line_and_can_be_stopped(
    studio: Page, show: Show, persona: Persona, alice: User
) -> None:
    with preview_slots.exclusive(alice.id, "rehearsing"):
        with studio.expect_response("**/compare/line/"):
            studio.goto(f"/personas/compare/?a={persona.id}&b={show.persona_id}&chat=it")
        expect(studio.get_by_text("Both are thinking…")).to_be_visible()
        # In one step: the page may change the row between the steps of a pointer's click.
        studio.evaluate("document.querySelector('[data-stop]').click()")
        expect(studio.get_by_role("button", name="Go on")).to_be_visible()
    studio.get_by_role("button", name="Go on").click()
    expect(studio.locator(".compared-row[data-line]")).to_have_count(12)


def test_a_preset_becomes_a_persona(alice: User, show: Show, logged_in_page: LoggedInPage) -> None:
    page = logged_in_page(alice)
    page.goto("/personas/")
    page.get_by_role("link", name="New persona").click()
    expect(page.locator(".preset")).to_have_count(len(presets()))
    page.get_by_role("link", name="Grinta").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Grinta")
    page.get_by_role("button", name="Create persona").click()
    expect(page.get_by_text("The persona is ready")).to_be_visible()
    page.goto(f"/shows/{show.id}/host/")
    expect(page.get_by_role("radio", name="Grinta")).to_be_visible()
