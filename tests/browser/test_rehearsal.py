"""A rehearsal in a browser: asked for, waited for, read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.db import connection
from django_scopes import scopes_disabled
from playwright.sync_api import Page, expect

from livesessions.models.shows import Show
from rehearsals import tasks
from rehearsals.models import Rehearsal
from tenants.models import User

LoggedInPage = Callable[[User], Page]


@pytest.fixture
def desk(alice: User, show: Show, redis_client: "redis.Redis", logged_in_page: LoggedInPage) -> Page:
    page = logged_in_page(alice)
    page.goto(f"/shows/{show.id}/rehearsals/")
    return page


def play(show: Show) -> None:
    """Run the job that the page waits for, in a thread of its own: Playwright's loop runs in this one."""

    def work() -> None:
        try:
            with scopes_disabled():
                rehearsal = Rehearsal.objects.filter(show=show).latest("created_at")
            tasks.run_rehearsal.call_local(str(rehearsal.id))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(work).result()


def test_a_rehearsal_is_asked_for_and_its_report_comes_by_itself(desk: Page, show: Show) -> None:
    desk.get_by_label("How many minutes?").fill("3")
    desk.get_by_role("button", name="Rehearse").click()
    expect(desk.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    play(show)
    expect(desk.get_by_role("heading", name="What your host said")).to_be_visible()
    expect(desk.locator(".card")).to_have_count(8)
    shown = desk.locator(".line").count()
    desk.get_by_role("navigation", name="Show only").get_by_role("link", name="Answers").click()
    expect(desk.locator(".filters [aria-current]")).to_contain_text("Answers")
    assert 0 < desk.locator(".line").count() < shown


def test_a_file_of_mine_that_is_no_chat_is_explained_by_the_line(desk: Page) -> None:
    desk.get_by_text("My own chat file").click()
    desk.locator("input[type=file]").set_input_files(
        {"name": "sera.jsonl", "mimeType": "application/json", "buffer": b'{"t": 1}\n'}
    )
    desk.get_by_role("button", name="Rehearse").click()
    expect(desk.locator(".errorlist")).to_contain_text("Line 1: the user is missing.")
