"""The overlay's editor in a browser: what is dragged is saved, and shows at once on open overlays."""

from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scope
from playwright.sync_api import BrowserContext, Page, expect

from livesessions.models.shows import Show
from overlay.layout import Box, default_layout
from tenants.models import User
from tests.overlay.viewing import Viewer

LoggedInPage = Callable[[User], Page]


@pytest.fixture
def editing(alice: User, show: Show, logged_in_page: LoggedInPage) -> Page:
    page = logged_in_page(alice)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/shows/{show.id}/overlay/")
    page.frame_locator("#preview").locator("[data-connected=true]").wait_for()
    return page


def box_of(show: Show, canvas: str, widget: str) -> Box:
    with scope(tenant=show.tenant):
        show.overlay.refresh_from_db()
    layout = show.overlay.whole_layout
    return (layout["tall"] if canvas == "tall" else layout["wide"])[widget]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice-success")).to_be_visible()


def drag(page: Page, widget: str, dx: float, dy: float, *, corner: bool = False) -> None:
    """Drag by shares of the canvas."""
    canvas = page.locator("#canvas").bounding_box()
    handle = page.locator(f".handle[data-widget={widget}]")
    handle.hover()
    box = (handle.locator("i") if corner else handle).bounding_box()
    assert canvas is not None
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx * canvas["width"], y + dy * canvas["height"], steps=5)
    page.mouse.up()


def test_what_is_dragged_is_saved_and_seen_in_the_preview(editing: Page, show: Show) -> None:
    before = default_layout()["tall"]["chat"]
    drag(editing, "chat", 0.1, 0.08)
    drag(editing, "chat", -0.08, 0, corner=True)
    shown = editing.frame_locator("#preview").locator("[data-widget=chat]")
    left = shown.evaluate("(chat) => Number(chat.style.getPropertyValue('--x'))")
    save(editing)
    box = box_of(show, "tall", "chat")
    assert box["x"] == pytest.approx(before["x"] + 0.1, abs=0.02)
    assert box["y"] == pytest.approx(before["y"] + 0.08, abs=0.02)
    assert box["w"] == pytest.approx(before["w"] - 0.08, abs=0.02)
    assert left == pytest.approx(box["x"], abs=0.002)


def test_an_edge_snaps_to_the_safe_area(editing: Page, show: Show) -> None:
    drag(editing, "chat", 0.1, 0)
    drag(editing, "chat", -0.095, 0)
    save(editing)
    assert box_of(show, "tall", "chat")["x"] == 0.04


def test_the_keyboard_moves_and_resizes_and_undo_takes_it_back(editing: Page, show: Show) -> None:
    handle = editing.locator(".handle[data-widget=game]")
    handle.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowLeft", "ArrowDown"):
        handle.press(key)
    editing.get_by_role("button", name="Undo").click()
    save(editing)
    box, before = box_of(show, "tall", "game"), default_layout()["tall"]["game"]
    assert box["x"] == pytest.approx(before["x"] + 0.01)
    assert box["w"] == pytest.approx(before["w"] - 0.005)
    assert box["y"] == before["y"]


def test_the_theme_changes_at_once_where_the_overlay_is_open(
    editing: Page, page: Page, server_url: str, show: Show
) -> None:
    viewer = Viewer(page, server_url)
    viewer.open(show.overlay)
    editing.get_by_text("Neon", exact=True).click()
    editing.get_by_role("button", name="16:9").click()
    editing.get_by_label("Show: Chat").locator("visible=true").uncheck()
    save(editing)
    expect(page.locator("html[data-theme=neon]")).to_have_count(1)
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator("[data-widget=chat]")).to_be_hidden()
    expect(page.get_by_text("Host virtuale · IA")).to_be_visible()
    assert viewer.complaints == []


def test_colours_that_cannot_be_read_are_refused_in_words(editing: Page) -> None:
    editing.get_by_label("Custom colours").check()
    editing.get_by_label("Words", exact=True).fill("#202020")
    editing.get_by_role("button", name="Save").click()
    expect(editing.get_by_text("This colour is hard to read on the panels")).to_be_visible()


def test_a_large_picture_is_made_small_and_becomes_the_avatar(editing: Page, show: Show) -> None:
    large = editing.evaluate_handle(
        """async () => {
          const paper = new OffscreenCanvas(3000, 2400);
          paper.getContext("2d").fillRect(0, 0, 3000, 2400);
          const blob = await paper.convertToBlob({ type: "image/jpeg" });
          return [...new Uint8Array(await blob.arrayBuffer())];
        }"""
    ).json_value()
    editing.get_by_label("Your own picture").last.set_input_files(
        files={"name": "me.jpg", "mimeType": "image/jpeg", "buffer": bytes(large)}
    )
    expect(editing.locator("[name=avatar][value=own]")).to_be_checked()
    save(editing)
    expect(editing.locator("#own-picture")).to_be_visible()
    expect(editing.locator("#own-picture")).to_have_js_property("naturalWidth", 1024)


def test_on_a_phone_numbers_are_sliders(alice: User, show: Show, logged_in_page: LoggedInPage) -> None:
    page = logged_in_page(alice)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/shows/{show.id}/overlay/")
    page.locator("#box-tall-chat summary .box-name").click()
    slider = page.locator("[name=tall-chat-y]")
    expect(slider).to_have_attribute("type", "range")
    slider.fill("20")
    save(page)
    assert box_of(show, "tall", "chat")["y"] == 0.2
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_numbers_do(
    alice: User, show: Show, base_url: str, new_context: Callable[..., BrowserContext]
) -> None:
    client = Client()
    client.force_login(alice)
    context = new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base_url}])
    page = context.new_page()
    page.goto(f"/shows/{show.id}/overlay/")
    page.locator("#box-wide-goal summary .box-name").click()
    page.locator("[name=wide-goal-w]").fill("33.5")
    page.get_by_label("Salotto").check(force=True)
    page.get_by_role("button", name="Save").click()
    assert box_of(show, "wide", "goal")["w"] == 0.335
    assert show.overlay.whole_layout["theme"] == "salotto"
