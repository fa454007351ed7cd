from collections.abc import Callable
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant, User

ClientFor = Callable[[User], Client]
COMMANDS = ["start", "stop", "mute", "unmute", "skip", "say"]
HOSTILE = ["<script>alert(1)</script>", "\u202egnirts desrever", "😀" * 50, '"><img src=x onerror=alert(1)>']


def put_on_air(session: LiveSession, **fields: object) -> None:
    LiveSession.objects.filter(id=session.id).update(
        status="active",
        start_requested_at=timezone.now(),
        started_at=timezone.now(),
        lease_expires_at=timezone.now() + timedelta(seconds=10),
        **fields,
    )


def write_line(session: LiveSession, text: str, *, name: str = "Giulia", number: int = 0) -> None:
    at = timezone.now() + timedelta(seconds=number)
    ChatEvent.objects.create(
        tenant=session.tenant,
        session=session,
        source_id=f"line-{number}",
        kind="comment",
        occurred_at=at,
        received_at=at,
        viewer_name=name,
        text=text,
        risk="low",
    )


@pytest.fixture
def console(alice: User, session: LiveSession, client_for: ClientFor) -> Callable[[], str]:
    """Call for the page as Alice gets it."""

    def load() -> str:
        return client_for(alice).get(f"/lives/{session.id}/").content.decode()

    return load


def test_a_prepared_live_offers_to_start(session: LiveSession, console: Callable[[], str]) -> None:
    page = console()
    assert "Ready" in page
    assert 'id="start-button"' in page
    assert 'id="mute-button"' not in page


def test_a_live_that_waits_for_its_worker_is_starting(
    session: LiveSession, console: Callable[[], str]
) -> None:
    with scope(tenant=session.tenant):
        LiveSession.objects.update(start_requested_at=timezone.now())
    assert "Starting…" in console()


def test_a_live_on_air_offers_its_commands(session: LiveSession, console: Callable[[], str]) -> None:
    with scope(tenant=session.tenant):
        put_on_air(session)
    page = console()
    assert "ON AIR" in page
    assert all(f'id="{button}-button"' in page for button in ("mute", "skip", "pause", "kill"))


def test_a_muted_live_says_so_and_offers_to_unmute(session: LiveSession, console: Callable[[], str]) -> None:
    with scope(tenant=session.tenant):
        put_on_air(session, muted=True)
    page = console()
    assert "MUTED" in page
    assert f"/lives/{session.id}/unmute/" in page


def test_a_live_asked_to_stop_is_stopping_and_can_still_be_muted(
    session: LiveSession, console: Callable[[], str]
) -> None:
    with scope(tenant=session.tenant):
        put_on_air(session, stop_requested_at=timezone.now())
    page = console()
    assert "Stopping…" in page
    assert 'id="mute-button"' in page


def test_the_page_shows_the_last_50_lines_in_order(session: LiveSession, console: Callable[[], str]) -> None:
    with scope(tenant=session.tenant):
        for number in range(52):
            write_line(session, f"line number {number:02}", number=number)
    page = console()
    assert "line number 01" not in page
    assert page.index("line number 51") < page.index("line number 02"), (
        "without scripts the newest come first"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_lines_names_and_replies_are_text(
    session: LiveSession, console: Callable[[], str], text: str
) -> None:
    with scope(tenant=session.tenant):
        write_line(session, text, name=text[:100])
        Reply.objects.create(
            tenant=session.tenant,
            session=session,
            trigger_kind="comment",
            trigger_text=text,
            trigger_viewer_name=text[:100],
            text=text,
            status="spoken",
            created_at=timezone.now(),
        )
    page = console()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "Nobody heard it" in page


def test_a_line_of_ten_thousand_characters_is_cut(session: LiveSession, console: Callable[[], str]) -> None:
    with scope(tenant=session.tenant):
        write_line(session, "a" * 10_000)
    page = console()
    assert "a" * 599 + "…" in page
    assert "a" * 601 not in page


def test_a_line_that_moderators_deleted_is_not_shown(
    session: LiveSession, console: Callable[[], str]
) -> None:
    with scope(tenant=session.tenant):
        write_line(session, "something nasty")
        ChatEvent.objects.update(deleted=True)
    page = console()
    assert "something nasty" not in page
    assert "deleted this message" in page


def test_the_overlays_address_is_absolute(
    session: LiveSession, console: Callable[[], str], settings: LazySettings
) -> None:
    path = f"/overlay/{session.show.overlay.token}/"
    assert f"http://testserver{path}" in console()
    settings.PUBLIC_URL = "https://live.example.com/"
    assert f"https://live.example.com{path}" in console()


def test_times_are_those_of_the_workspace(session: LiveSession, console: Callable[[], str]) -> None:
    session.tenant.time_zone = "Pacific/Auckland"
    session.tenant.save(update_fields=["time_zone"])
    with scope(tenant=session.tenant):
        write_line(session, "ciao")
        event = ChatEvent.objects.get()
    assert f"{event.occurred_at.astimezone(ZoneInfo('Pacific/Auckland')):%H:%M}</time>" in console()


def test_bob_who_looks_on_sees_the_live_but_no_controls(
    bob: User, session: LiveSession, client_for: ClientFor
) -> None:
    with scope(tenant=session.tenant):
        put_on_air(session)
    page = client_for(bob).get(f"/lives/{session.id}/").content.decode()
    assert "ON AIR" in page
    assert "mute-button" not in page
    assert "say-text" not in page


def test_charlie_finds_no_page(
    charlie: User, other_tenant: Tenant, session: LiveSession, client_for: ClientFor
) -> None:
    client = client_for(charlie)
    for session_id in (session.id, UUID(int=1)):
        assert client.get(f"/lives/{session_id}/").status_code == 404
        for command in COMMANDS:
            assert client.post(f"/lives/{session_id}/{command}/", {"text": "Ciao"}).status_code == 404


def test_a_visitor_is_sent_to_the_log_in_page(client: Client, session: LiveSession) -> None:
    for path in ("", *(f"{command}/" for command in COMMANDS)):
        answer = client.post(f"/lives/{session.id}/{path}") if path else client.get(f"/lives/{session.id}/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
