"""The set-up wizard and the overlay's editor by the keys of a keyboard alone."""

from collections.abc import Callable

from django_scopes import scope
from playwright.sync_api import Page, expect

from livesessions.models.shows import Show
from overlay.layout import default_layout
from tenants.models import Tenant, User
from tests.browser.keyboard import tab_to

LoggedInPage = Callable[[User], Page]


def test_a_new_creator_goes_through_the_set_up_without_a_pointer(
    alice: User, tenant: Tenant, logged_in_page: LoggedInPage
) -> None:
    page = logged_in_page(alice)
    page.goto("/start/you/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.locator("input[name=name]"))
    page.keyboard.press("Control+A")
    page.keyboard.type("Alice Live")
    tab_to(page, page.locator("button[name=next]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/handle/**")  # behind it #main, where the skip link has led
    tab_to(page, page.locator("button[name=skip]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/host/**")
    tab_to(page, page.locator("input[name=host]:checked"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=host]").nth(1)).to_be_checked()
    for path in ("rules", "overlay", "rehearsal"):
        tab_to(page, page.locator("button[name=next]"))
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/start/{path}/**")
    tab_to(page, page.locator("#rehearsal-start button"))
    tenant.refresh_from_db()
    assert tenant.name == "Alice Live"


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
