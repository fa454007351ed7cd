"""The page of the rules, and a held answer on the console, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, expect

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from moderation.models import Policy
from tenants.models import User
from tests.browser.test_console import publish, reply

LoggedInPage = Callable[[User], Page]


@pytest.fixture
def policy(show: Show) -> Policy:
    with scope(tenant=show.tenant):
        show.policy.blocklist = ["acme", "trol*"]
        show.policy.save()
    policy: Policy = show.policy
    return policy


@pytest.fixture
def rules(alice: User, policy: Policy, logged_in_page: LoggedInPage) -> Page:
    """Alice's page of her rules."""
    page = logged_in_page(alice)
    page.goto(f"/policies/{policy.id}/")
    return page


def saved(policy: Policy) -> Policy:
    with scope(tenant=policy.tenant):
        return Policy.objects.get(id=policy.id)


def test_the_verdict_follows_the_typing_and_the_settings(rules: Page) -> None:
    verdict = rules.locator("#verdict")
    rules.locator("#try-line").press_sequentially("che bella serata")
    expect(verdict).to_contain_text("Fine")
    rules.fill("#try-line", "guarda www.offerte.com")
    expect(verdict).to_contain_text("Blocked")
    expect(verdict.locator("mark")).to_have_text("www.offerte.com")
    rules.uncheck("#id_safe_mode")
    expect(verdict).to_contain_text("With care")


def test_a_word_counts_before_it_is_saved_and_stays_when_it_is(rules: Page, policy: Policy) -> None:
    rules.fill("#try-line", "che zorbo")
    expect(rules.locator("#verdict")).to_contain_text("Fine")
    add = rules.get_by_label("Add blocked words")
    add.fill("zorbo")
    add.press("Enter")
    expect(rules.locator("#verdict mark")).to_have_text("zorbo")
    expect(rules.locator("[data-unsaved]")).to_be_visible()
    assert saved(policy).blocklist == ["acme", "trol*"]
    rules.click("#save-button")
    expect(rules.locator(".notice-success")).to_contain_text("Saved")
    assert saved(policy).blocklist == ["acme", "trol*", "zorbo"]


def test_words_are_searched_removed_and_pasted(rules: Page, policy: Policy) -> None:
    field = rules.locator('[data-name="blocklist"]')
    assert "acme" not in rules.locator("main").inner_text()  # a shared screen shows no blocked word
    field.locator("summary").click()
    rules.get_by_label("Search the blocked words").fill("tro")
    expect(field.locator("[data-list] li")).to_have_count(1)
    field.get_by_label("Remove trol*").click()
    rules.get_by_label("Search the blocked words").fill("")
    expect(field.locator("[data-list] li")).to_have_count(1)
    many = "\n".join(f"parola{number}" for number in range(19_000))
    rules.get_by_label("Add blocked words").evaluate(
        """(field, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text", text);
            const pasted = { clipboardData, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent("paste", pasted));
        }""",
        many,
    )
    expect(field.locator("[data-count-text]")).to_have_text("19,001 words")
    assert field.locator("[data-list] li").count() < 400
    rules.click("#save-button")
    expect(rules.locator(".notice-success")).to_be_visible()
    assert len(saved(policy).blocklist) == 19_001
    assert "trol*" not in saved(policy).blocklist


def test_a_file_is_imported(rules: Page, policy: Policy, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("# marche\nBrandX\nacme\n", encoding="utf-8")
    rules.set_input_files("#id_file", file)
    rules.click("#import-button")
    expect(rules.locator(".notice-success")).to_contain_text("One new blocked word")
    assert saved(policy).blocklist == ["acme", "trol*", "BrandX"]


def test_the_rules_fit_a_phone(rules: Page) -> None:
    rules.set_viewport_size({"width": 390, "height": 844})
    rules.fill("#try-line", "x" * 300)
    expect(rules.locator("#verdict")).to_contain_text("Fine")
    assert rules.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_line_can_be_tried_without_scripts(rules: Page, policy: Policy, base_url: str) -> None:
    browser = rules.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, base_url=base_url)
    plain.add_cookies(rules.context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(f"/policies/{policy.id}/")
    page.locator('[data-name="blocklist"] summary').click()
    page.fill("#id_blocklist", "zorbo")
    page.fill("#try-line", "che zorbo")
    page.click("[data-try-button]")
    expect(page.locator("#verdict mark")).to_have_text("zorbo")
    expect(page.locator("#id_blocklist")).to_have_value("zorbo")
    plain.close()


# --- a held answer on the console ------------------------------------------------------------------


@pytest.fixture
def held(session: LiveSession) -> Reply:
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(
            status="active", start_requested_at=timezone.now(), started_at=timezone.now()
        )
        waiting: Reply = Reply.objects.create(
            tenant=session.tenant,
            session=session,
            trigger_kind="comment",
            trigger_viewer_name="Giulia",
            trigger_text="come stai?",
            text="Benissimo!",
            status="held",
            created_at=timezone.now(),
        )
    return waiting


def test_a_held_answer_is_edited_and_approved_on_the_console(
    alice: User, session: LiveSession, held: Reply, logged_in_page: LoggedInPage
) -> None:
    desk = logged_in_page(alice)
    desk.goto(f"/lives/{session.id}/")
    expect(desk.locator(".desk")).to_have_attribute("data-connection", "open")
    line = desk.locator("#held-feed > *")
    expect(line.locator("[data-until]")).to_contain_text(" s")
    line.locator("textarea").fill("sei uno stronzo")
    line.get_by_role("button", name="Say it").click()
    expect(line).to_contain_text("Your rules block this text")
    expect(line.locator("textarea")).to_have_value("sei uno stronzo")
    line.locator("textarea").fill("Benone, Giulia!")
    line.get_by_role("button", name="Say it").click()
    expect(line).to_contain_text("One moment")
    publish(session, {**reply("speaking", heard=False), "id": str(held.id), "text": "Benone, Giulia!"})
    expect(line).to_have_count(0)
    expect(desk.locator("#host-feed")).to_contain_text("Benone, Giulia!")
