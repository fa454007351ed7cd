"""A streamer writes quiz questions: adds one, pastes many, tries an answer, deletes."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from livesessions.models.shows import Show
from tenants.models import User

LoggedInPage = Callable[[User], Page]


def test_questions_are_added_pasted_tried_and_deleted(
    alice: User, show: Show, logged_in_page: LoggedInPage
) -> None:
    page = logged_in_page(alice)
    page.goto(f"/shows/{show.id}/questions/")
    page.locator("#add").get_by_label("Question").fill("Come si chiama il gatto?")
    page.locator("#add").get_by_label("Right answer").fill("Briciola ; Bri")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".questions li")).to_have_count(1)

    page.get_by_text("Paste many at once").click()
    page.get_by_label("One question on each line").fill("In che anno ho iniziato? ; 2019\nSenza risposta?")
    page.get_by_role("button", name="Add them all").click()
    expect(page.get_by_text("Line 2:")).to_be_visible()
    page.get_by_label("One question on each line").fill("In che anno ho iniziato? ; 2019")
    page.get_by_role("button", name="Add them all").click()
    expect(page.locator(".questions li")).to_have_count(2)

    page.get_by_label("What a viewer writes").fill("è la BRICIOLA")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Yes, this answer counts.")).to_be_visible()
    page.get_by_role("button", name="Delete Come si chiama il gatto?").click()
    expect(page.locator(".questions li")).to_have_count(1)
