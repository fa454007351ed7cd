import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from livesessions.console import publisher
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from moderation.models import ViewerRule
from tenants.models import Membership, User
from tests.browser.keyboard import tab_to

LoggedInPage = Callable[[User], Page]
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(
            status="active",
            start_requested_at=timezone.now(),
            started_at=timezone.now(),
            lease_expires_at=timezone.now() + timedelta(hours=1),
        )
        session.refresh_from_db()
    return session


@pytest.fixture
def desk(alice: User, on_air: LiveSession, logged_in_page: LoggedInPage) -> Page:
    """Alice's console of a live on air, connected."""
    page = logged_in_page(alice)
    page.goto(f"/lives/{on_air.id}/")
    expect(page.locator(".desk")).to_have_attribute("data-connection", "open")
    return page


def chat(number: int, text: str = "ciao") -> publisher.ConsoleChatMessage:
    return {
        "kind": "chat",
        "id": f"line-{number}",
        "event": "comment",
        "name": "Giulia",
        "text": f"{text} {number}",
        "risk": "low",
        "gift_name": "",
        "count": 1,
        "at": timezone.now().isoformat(),
        "categories": [],
        "viewer": "",
    }


def reply(status: str, *, heard: bool) -> publisher.ConsoleReplyMessage:
    return {
        "kind": "reply",
        "id": "one",
        "status": status,
        "text": "Ciao Giulia!",
        "fault": "",
        "hearing": "",
        "trigger_kind": "comment",
        "trigger_id": "line-1",
        "trigger_name": "Giulia",
        "trigger_text": "mi senti?",
        "first_audio_ms": 412,
        "heard": heard,
        "at": timezone.now().isoformat(),
    }


def write_message(session: LiveSession, number: int, *, viewer: str) -> None:
    now = timezone.now()
    ChatEvent.objects.create(
        tenant=session.tenant,
        session=session,
        source_id=f"line-{number}",
        kind="comment",
        occurred_at=now,
        received_at=now,
        viewer_hash=viewer,
        viewer_name="Giulia",
        text=f"ciao {number}",
        risk="low",
    )


def publish(session: LiveSession, *messages: publisher.Message) -> None:
    async def send() -> None:
        await publisher.publish(session.id, list(messages))
        await get_channel_layer().flush()

    # Playwright's loop runs in this thread, so the sending takes another.
    with ThreadPoolExecutor(max_workers=1) as worker:
        worker.submit(async_to_sync(send)).result()


def test_lines_stream_in_as_text_and_the_newest_is_in_view(desk: Page, on_air: LiveSession) -> None:
    title = desk.title()
    publish(on_air, *(chat(number, HOSTILE) for number in range(60)))
    newest = desk.locator("#chat-feed li").last
    expect(newest).to_contain_text(f"{HOSTILE} 59")
    expect(newest).to_be_in_viewport()
    assert desk.title() == title


def test_the_page_shows_the_last_60_messages(desk: Page, on_air: LiveSession) -> None:
    rows = desk.locator("#chat-feed li")
    for start in (0, 50, 100):
        publish(on_air, *(chat(number) for number in range(start, start + 50)))
        expect(rows.last).to_contain_text(f"ciao {start + 49}")
    expect(rows).to_have_count(60)
    expect(rows.first).to_contain_text("ciao 90")


def test_a_reader_who_looks_back_is_not_moved_and_jumps_to_the_newest(
    desk: Page, on_air: LiveSession
) -> None:
    publish(on_air, *(chat(number) for number in range(50)))
    expect(desk.locator("#chat-feed li").last).to_contain_text("ciao 49")
    desk.locator("#chat-feed").hover()
    desk.mouse.wheel(0, -600)
    jump = desk.locator(".desk-chat .feed-jump")
    expect(jump).to_have_text("Jump to newest")
    publish(on_air, chat(50), chat(51))
    expect(jump).to_have_text("2 new messages")
    expect(desk.locator("#chat-feed li")).to_have_count(50)
    jump.click()
    expect(desk.locator("#chat-feed li").last).to_contain_text("ciao 51")
    expect(jump).to_be_hidden()


def test_a_reply_changes_in_its_place(desk: Page, on_air: LiveSession) -> None:
    replies = desk.locator("#host-feed li")
    publish(on_air, reply("speaking", heard=False))
    expect(replies).to_contain_text("Speaking")
    publish(on_air, reply("spoken", heard=True))
    expect(replies).to_contain_text("Heard")
    expect(replies).to_have_count(1)


def test_the_m_key_mutes_and_unmutes(desk: Page) -> None:
    desk.keyboard.press("m")
    expect(desk.locator("#session-state")).to_contain_text("MUTED")
    desk.keyboard.press("m")
    expect(desk.locator("#session-state")).to_contain_text("ON AIR")


def test_typing_an_m_mutes_nothing(desk: Page) -> None:
    desk.fill("#say-text", "")
    desk.locator("#say-text").press_sequentially("mmm")
    expect(desk.locator("#say-text")).to_have_value("mmm")
    expect(desk.locator("#session-state")).to_contain_text("ON AIR")


def test_a_live_is_run_by_keys_alone(desk: Page, on_air: LiveSession) -> None:
    with scope(tenant=on_air.tenant):
        write_message(on_air, 2, viewer="ab" * 16)
    publish(on_air, {**chat(2), "viewer": "ab" * 16})
    tab_to(desk, desk.locator("#skip-button"))
    desk.keyboard.press("Enter")
    expect(desk.locator("#skip-button")).to_be_focused()
    tab_to(desk, desk.locator("#mute-button"))
    desk.keyboard.press("Enter")
    expect(desk.locator("#session-state")).to_contain_text("MUTED")
    expect(desk.locator("#mute-button")).to_contain_text("Unmute")
    expect(desk.locator("#mute-button")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#session-state")).to_contain_text("ON AIR")
    tab_to(desk, desk.get_by_role("button", name="Answer this", exact=True))
    desk.keyboard.press("Enter")
    expect(desk.locator("#queue-said")).to_have_text("Your host answers it next.")
    tab_to(desk, desk.locator("#say-text"))
    desk.keyboard.type("Ciao a tutti!")
    desk.keyboard.press("Enter")
    expect(desk.locator("#say .said-so")).to_have_text("Queued: next up.")
    desk.keyboard.press("Escape")
    desk.keyboard.press("k")
    expect(desk.locator("#kill-result [data-part=session]")).to_have_attribute("data-state", "done")


@pytest.mark.parametrize("fault", ["503", "no answer"])
def test_mute_and_stop_go_over_the_socket_when_the_server_cannot_take_the_form(
    desk: Page, on_air: LiveSession, fault: str
) -> None:
    def fail(route: Route) -> None:
        if fault == "503":
            route.fulfill(status=503)
        else:
            route.abort()

    desk.route(f"**/lives/{on_air.id}/*/", fail)
    desk.click("#mute-button")
    expect(desk.locator("#session-state")).to_contain_text("Your host is silent.")
    expect(desk.locator("#mute-button")).to_contain_text("Unmute")
    desk.click("#mute-button")
    expect(desk.locator("#session-state")).to_contain_text("nobody hears your host")
    desk.keyboard.press("Escape")
    desk.keyboard.press("k")
    expect(desk.locator("#kill-result [data-part=session]")).to_have_attribute("data-state", "done")
    expect(desk.locator("#request-failed")).to_be_hidden()


def test_the_kill_switch_silences_when_pressed_and_ends_the_live_when_held(
    desk: Page, on_air: LiveSession
) -> None:
    desk.click("#kill-button")
    expect(desk.locator("#session-state")).to_contain_text("Your host is silent.")
    expect(desk.locator("#kill-end")).to_be_visible()
    desk.click("#mute-button")
    expect(desk.locator("#kill-end")).to_be_hidden()
    desk.focus("#kill-button")
    desk.keyboard.down("Enter")
    expect(desk.locator("#kill-result [data-part=session]")).to_have_attribute("data-state", "done")
    desk.keyboard.up("Enter")
    expect(desk.locator("#session-state")).to_contain_text("kill switch")
    expect(desk.locator("#kill-report")).to_be_visible()


def test_on_a_phone_tabs_show_one_part_and_mute_is_under_the_thumb(desk: Page, on_air: LiveSession) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    publish(on_air, chat(1))
    expect(desk.get_by_text("ciao 1")).to_be_in_viewport()
    desk.get_by_role("tab", name="Chat").press("ArrowRight")
    expect(desk.get_by_role("tab", name="Host")).to_be_focused()
    expect(desk.locator("#say-text")).to_be_in_viewport()
    expect(desk.get_by_text("ciao 1")).to_be_hidden()
    desk.keyboard.press("End")
    expect(desk.locator("#session-health")).to_contain_text("Not open")
    desk.get_by_role("tab", name="Games").click()
    expect(desk.locator("#quiz-button")).to_be_visible()
    expect(desk.locator("#game-end-button")).to_be_hidden()
    expect(desk.locator(".headline")).to_contain_text("nobody hears your host")
    box = desk.locator("#mute-button").bounding_box()
    assert box is not None
    assert box["y"] > 844 * 0.85
    assert box["height"] >= 48
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_long_warning_pushes_no_control_out_of_the_screen(desk: Page) -> None:
    warning = "Ein Hinweis, der sehr viel länger ist als die Seite breit, und noch ein Satz dazu. " * 3
    line = desk.locator(".headline p span")
    for width, height in ((1280, 800), (1024, 768), (768, 1024), (390, 844)):
        desk.set_viewport_size({"width": width, "height": height})
        line.evaluate("(line, words) => { line.textContent = words; }", warning)
        assert desk.evaluate("document.documentElement.scrollWidth") <= width
        for button in ("#mute-button", "#kill-button"):
            expect(desk.locator(button)).to_be_in_viewport(ratio=1)


def test_the_one_menu_acts_on_the_row_that_opened_it(desk: Page, on_air: LiveSession) -> None:
    with scope(tenant=on_air.tenant):
        write_message(on_air, 2, viewer="ab" * 16)
    publish(on_air, chat(1), {**chat(2), "viewer": "ab" * 16})
    desk.get_by_role("button", name="What to do about Giulia").press("Enter")
    menu = desk.locator("#row-menu")
    expect(menu.get_by_role("button", name="Block")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(desk.get_by_role("button", name="What to do about Giulia")).to_be_focused()
    desk.keyboard.press("Enter")
    menu.get_by_role("button", name="Block").click()
    expect(desk.locator("#viewer-said")).to_contain_text("no longer answer this viewer")
    expect(menu).to_be_hidden()
    with scope(tenant=on_air.tenant):
        assert ViewerRule.objects.get().viewer_hash == "ab" * 16


def test_the_controls_work_without_scripts(
    alice: User, on_air: LiveSession, logged_in_page: LoggedInPage, base_url: str
) -> None:
    page = logged_in_page(alice)
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, base_url=base_url)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(f"/lives/{on_air.id}/")
    page.click("#mute-button")
    expect(page.locator("#session-state")).to_contain_text("MUTED")
    plain.close()


def test_a_console_without_rights_reloads_and_shows_nothing_of_the_live(
    desk: Page, alice: User, on_air: LiveSession
) -> None:
    publish(on_air, chat(1))
    expect(desk.get_by_text("ciao 1")).to_be_visible()
    Membership.objects.filter(user=alice).delete()
    expect(desk.locator(".desk")).to_have_count(0)
    expect(desk.get_by_text("ciao 1")).to_have_count(0)


def test_a_console_whose_log_in_has_ended_becomes_the_log_in_page(desk: Page) -> None:
    Session.objects.all().delete()
    expect(desk).to_have_url(re.compile("/accounts/login/"))


def test_a_console_whose_role_has_risen_gets_its_controls(
    bob: User, on_air: LiveSession, logged_in_page: LoggedInPage
) -> None:
    page = logged_in_page(bob)
    page.goto(f"/lives/{on_air.id}/")
    expect(page.locator(".desk")).to_have_attribute("data-connection", "open")
    expect(page.locator("#mute-button")).to_have_count(0)
    membership = Membership.objects.get(user=bob)
    membership.role = Membership.Role.EDITOR
    membership.save(update_fields=["role"])
    expect(page.locator("#mute-button")).to_be_visible()


def test_the_console_says_when_the_network_is_away_and_comes_back_by_itself(
    alice: User, on_air: LiveSession, logged_in_page: LoggedInPage
) -> None:
    page, open_sockets, is_away = logged_in_page(alice), list[WebSocketRoute](), [False]

    def connect(socket: WebSocketRoute) -> None:
        if is_away[0]:
            socket.close()
        else:
            socket.connect_to_server()
            open_sockets.append(socket)

    page.route_web_socket("**/ws/console/**", connect)
    page.goto(f"/lives/{on_air.id}/")
    notice = page.get_by_text("No connection. The live goes on")
    expect(page.locator(".desk")).to_have_attribute("data-connection", "open")
    expect(notice).to_be_hidden()
    is_away[0] = True
    open_sockets[-1].close()
    expect(notice).to_be_visible()
    expect(page.locator("#mute-button")).to_be_enabled()
    is_away[0] = False
    expect(page.locator(".desk")).to_have_attribute("data-connection", "open")
    expect(notice).to_be_hidden()
