"""A streamer makes a plan by hand: fills it, moves, edits, adds and deletes, with and without scripts."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from livesessions.models.shows import Show
from tenants.models import User

LoggedInPage = Callable[[User], Page]


@pytest.fixture
def planning(alice: User, show: Show, logged_in_page: LoggedInPage) -> Page:
    page = logged_in_page(alice)
    page.goto(f"/shows/{show.id}/plan/")
    return page


def titles(page: Page) -> list[str]:
    return page.locator(".segment h2").all_inner_texts()


def test_a_plan_is_filled_changed_and_kept(planning: Page, show: Show) -> None:
    planning.get_by_role("button", name="Music live").click()
    expect(planning.locator(".segment")).to_have_count(7)
    expect(planning.get_by_text("30 minutes in all")).to_be_visible()
    first, second, third, *rest = titles(planning)

    planning.get_by_role("button", name=f"Move {second} down").click()
    expect(planning.locator(".segment h2").nth(2)).to_have_text(second)
    planning.get_by_role("link", name=f"Edit {second}").click()
    expect(planning.get_by_label("Title")).to_be_focused()
    planning.get_by_label("Minutes").fill("12.5")
    planning.get_by_label("Title").fill("La storia del disco")
    planning.get_by_role("button", name="Save").click()
    expect(planning.get_by_text("34.5 minutes in all")).to_be_visible()

    planning.on("dialog", lambda dialog: dialog.accept())
    planning.get_by_role("button", name=f"Delete {third}").click()
    expect(planning.locator(".segment")).to_have_count(6)
    planning.reload()
    assert titles(planning) == [first, "La storia del disco", *rest]


def test_a_segment_with_a_fault_keeps_all_that_was_entered(planning: Page) -> None:
    planning.get_by_role("link", name="Add a segment").click()
    expect(planning.get_by_label("Title")).to_be_focused()
    planning.get_by_label("Kind").select_option("poll")
    planning.get_by_label("Title").fill("Rosso o blu?")
    planning.get_by_label("Talking points").fill("rosso")
    planning.get_by_role("button", name="Add").click()
    expect(planning.get_by_text("A poll needs at least two options.")).to_be_visible()
    expect(planning.get_by_label("Title")).to_have_value("Rosso o blu?")
    expect(planning.get_by_label("Talking points")).to_be_focused()
    planning.get_by_label("Talking points").fill("rosso\nblu")
    planning.get_by_role("button", name="Add").click()
    expect(planning.locator(".segment")).to_contain_text("Rosso o blu?")
    expect(planning.locator(".segment li")).to_have_count(2)


def test_the_plan_is_made_by_keyboard_alone(planning: Page) -> None:
    planning.get_by_role("button", name="30 minutes of talk").press("Enter")
    expect(planning.locator(".segment")).to_have_count(6)
    before = titles(planning)
    planning.get_by_role("button", name=f"Move {before[1]} down").press("Enter")
    expect(planning.locator(".segment h2").nth(2)).to_have_text(before[1])
    expect(planning.get_by_role("button", name=f"Move {before[1]} down")).to_be_focused()


def test_without_scripts_everything_works_too(
    alice: User, show: Show, base_url: str, new_context: Callable[..., BrowserContext]
) -> None:
    client = Client()
    client.force_login(alice)
    context = new_context(java_script_enabled=False)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base_url}])
    page = context.new_page()
    page.goto(f"/shows/{show.id}/plan/")
    page.get_by_role("button", name="Questions and answers").click()
    before = titles(page)
    page.get_by_role("button", name=f"Move {before[2]} up").click()
    page.get_by_role("link", name=f"Edit {before[2]}").click()
    page.get_by_label("Title").fill("Chiedete pure")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name=f"Delete {before[0]}").click()
    assert titles(page) == ["Chiedete pure", before[1], *before[3:]]


def test_a_show_is_marked_and_does_not_go_live(planning: Page, show: Show) -> None:
    planning.goto(f"/shows/{show.id}/advanced/#shop")
    planning.get_by_label("This show is a TikTok Shop live").check()
    planning.get_by_role("button", name="Save").click()
    planning.goto(f"/shows/{show.id}/go-live/")
    expect(planning.get_by_text("TikTok does not allow an AI voice in TikTok Shop lives")).to_be_visible()
    expect(planning.get_by_role("button", name="Go on air")).to_be_disabled()
