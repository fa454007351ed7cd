from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scope

from livesessions.models.checks import CheckKind
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session
from livesessions.shows.services.shows import change_show
from tenants.models import User

ClientFor = Callable[[User], Client]


@pytest.fixture
def bridge_session(show: Show) -> LiveSession:
    with scope(tenant=show.tenant):
        return create_session(show=show, source=LiveSession.Source.BRIDGE)


def test_a_live_with_a_bridge_is_prepared_by_form(show: Show, alice: User, client_for: ClientFor) -> None:
    browser = client_for(alice)
    assert 'value="bridge"' in browser.get(f"/shows/{show.id}/go-live/").content.decode()
    sent = {"source": "bridge", "rate_per_minute": "30", "waived": list(CheckKind)}
    assert browser.post(f"/shows/{show.id}/go-live/", sent).status_code == 302
    with scope(tenant=show.tenant):
        session = LiveSession.objects.get(show=show)
    assert (session.source, session.source_options) == ("bridge", {})


def test_a_show_without_a_handle_can_have_a_bridge(show: Show) -> None:
    with scope(tenant=show.tenant):
        change_show(show=show, handle="")
        assert create_session(show=show, source=LiveSession.Source.BRIDGE).is_open


def test_the_console_shows_where_the_bridge_posts(
    bridge_session: LiveSession, alice: User, client_for: ClientFor
) -> None:
    page = client_for(alice).get(f"/lives/{bridge_session.id}/").content.decode()
    assert f'value="http://testserver/api/v1/sessions/{bridge_session.id}/events/"' in page


def test_other_lives_show_no_address_for_a_bridge(
    session: LiveSession, alice: User, client_for: ClientFor
) -> None:
    page = client_for(alice).get(f"/lives/{session.id}/").content.decode()
    assert "/events/" not in page


def test_charlie_does_not_see_the_address(
    bridge_session: LiveSession, charlie: User, other_session: LiveSession, client_for: ClientFor
) -> None:
    assert client_for(charlie).get(f"/lives/{bridge_session.id}/").status_code == 404
