"""A show's tabs in a real browser: a persona is heard in place, and unsaved changes are not lost silently."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from livesessions.models.shows import Show
from tenants.models import User

LoggedInPage = Callable[[User], Page]

pytestmark = pytest.mark.browser


def test_a_host_is_heard_in_place_and_typed_facts_are_not_lost_silently(
    alice: User, show: Show, logged_in_page: LoggedInPage
) -> None:
    page = logged_in_page(alice)
    page.goto(f"/shows/{show.id}/host/")
    note = page.get_by_text("Not saved yet")
    expect(note).to_be_hidden()
    page.get_by_role("button", name="Play Viva").click()
    expect(page.locator(f"#heard-{show.persona_id} audio")).to_be_visible()
    expect(note).to_be_hidden()
    page.get_by_label("Facts about the show").fill("Ogni sabato alle 21.")
    expect(note).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="Voice", exact=True).click()
    expect(page.get_by_label("Facts about the show")).to_have_value("Ogni sabato alle 21.")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice-success")).to_contain_text("Saved")
    page.goto(f"/shows/{show.id}/overlay/")
    expect(note).to_be_hidden()
    page.locator("input[name=theme]").nth(1).check(force=True)
    expect(note).to_be_visible()
