"""The overlay's editor by the keys of a keyboard alone."""

from collections.abc import Callable

from django_scopes import scope
from playwright.sync_api import Page, expect

from livesessions.models.shows import Show
from overlay.layout import default_layout
from tenants.models import User
from tests.browser.keyboard import tab_to

LoggedInPage = Callable[[User], Page]


def test_the_overlay_is_arranged_and_saved_without_a_pointer(
    alice: User, show: Show, logged_in_page: LoggedInPage
) -> None:
    page = logged_in_page(alice)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/shows/{show.id}/overlay/")
    page.frame_locator("#preview").locator("[data-connected=true]").wait_for()
    tab_to(page, page.locator(".handle[data-widget=chat]"))
    page.keyboard.press("ArrowRight")
    tab_to(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    tab_to(page, page.locator(".handle[data-widget=chat]"))
    page.keyboard.press("ArrowRight")
    tab_to(page, page.get_by_label("Show: Chat").locator("visible=true"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    expect(page.locator(".notice-success")).to_be_visible()
    with scope(tenant=show.tenant):
        show.overlay.refresh_from_db()
    saved = show.overlay.whole_layout["tall"]["chat"]
    assert saved["x"] == round(default_layout()["tall"]["chat"]["x"] + 0.005, 4)
    assert not saved["on"]
