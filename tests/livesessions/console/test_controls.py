from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from livesessions.models.sessions import LiveSession
from livesessions.worker.commands import COMMANDS, Command, Mute, Say, Unmute, command_channel, decode_command
from tenants.models import User
from tests.patience import PATIENCE_S

ClientFor = Callable[[User], Client]
HTMX = {"hx-request": "true"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    with scope(tenant=session.tenant):
        LiveSession.objects.update(
            status="active", start_requested_at=timezone.now(), started_at=timezone.now()
        )
        session.refresh_from_db()
    return session


@pytest.fixture
def told(session: LiveSession) -> Iterator[Callable[[], Command]]:
    """Call for the next command that the live's worker would get."""
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
        channel.subscribe(command_channel(session.id))
        assert channel.get_message(timeout=PATIENCE_S)["type"] == "subscribe"

        def listen() -> Command:
            message = channel.get_message(timeout=PATIENCE_S)
            assert message is not None, "the worker was told nothing"
            return decode_command(message["data"])

        yield listen


def test_start_asks_for_a_worker_and_draws_the_controls_anew(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    answer = client_for(alice).post(f"/lives/{session.id}/start/", headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert 'id="start-button"' not in page
    with scope(tenant=session.tenant):
        session.refresh_from_db()
    assert session.is_starting


def test_starting_twice_is_no_conflict_and_an_ended_live_says_what_to_do(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    client = client_for(alice)
    client.post(f"/lives/{session.id}/start/", headers=HTMX)
    assert client.post(f"/lives/{session.id}/start/", headers=HTMX).status_code == 200
    client.post(f"/lives/{session.id}/stop/", headers=HTMX)
    answer = client.post(f"/lives/{session.id}/start/", headers=HTMX)
    assert answer.status_code == 409
    assert "This live has ended. Prepare a new one to go on air again." in answer.content.decode()


def test_without_htmx_a_command_leads_back_to_the_console_with_its_message(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    answer = client_for(alice).post(f"/lives/{session.id}/skip/", follow=True)
    assert answer.redirect_chain == [(f"/lives/{session.id}/", 302)]
    assert "This live is not on air yet. Start it first." in answer.content.decode()


def test_mute_tells_the_worker_and_offers_to_unmute(
    alice: User, on_air: LiveSession, client_for: ClientFor, told: Callable[[], Command]
) -> None:
    answer = client_for(alice).post(f"/lives/{on_air.id}/mute/", headers=HTMX)
    assert f"/lives/{on_air.id}/unmute/" in answer.content.decode()
    assert told() == Mute()
    client_for(alice).post(f"/lives/{on_air.id}/unmute/", headers=HTMX)
    assert told() == Unmute()


@pytest.mark.parametrize("command", ["skip", "stop"])
def test_skip_and_stop_tell_the_worker(
    alice: User, on_air: LiveSession, client_for: ClientFor, told: Callable[[], Command], command: str
) -> None:
    assert client_for(alice).post(f"/lives/{on_air.id}/{command}/", headers=HTMX).status_code == 200
    assert type(told()) is COMMANDS[command]


def test_a_line_to_say_reaches_the_worker_and_the_field_is_empty_again(
    alice: User, on_air: LiveSession, client_for: ClientFor, told: Callable[[], Command]
) -> None:
    answer = client_for(alice).post(f"/lives/{on_air.id}/say/", {"text": "Ciao a tutti"}, headers=HTMX)
    page = answer.content.decode()
    command = told()
    assert isinstance(command, Say)
    assert command.text == "Ciao a tutti"
    assert "Ciao a tutti" not in page
    assert "Queued: next up." in page


@pytest.mark.parametrize("text", ["", "   ", "a" * 301])
def test_a_line_that_cannot_be_said_is_refused_and_stays(
    alice: User, on_air: LiveSession, client_for: ClientFor, text: str
) -> None:
    answer = client_for(alice).post(f"/lives/{on_air.id}/say/", {"text": text}, headers=HTMX)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert text.strip() in answer.content.decode()


def test_a_line_for_a_live_that_is_off_is_a_conflict_and_stays(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    answer = client_for(alice).post(f"/lives/{session.id}/say/", {"text": "<b>Ciao</b>"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This live is not on air yet" in page
    assert "&lt;b&gt;Ciao&lt;/b&gt;" in page


@pytest.mark.parametrize("command", ["start", "stop", "mute", "unmute", "skip", "say"])
def test_bob_who_looks_on_commands_nothing(
    bob: User, on_air: LiveSession, client_for: ClientFor, command: str
) -> None:
    answer = client_for(bob).post(f"/lives/{on_air.id}/{command}/", {"text": "Ciao"})
    assert answer.status_code == 403
    with scope(tenant=on_air.tenant):
        assert LiveSession.objects.get().stop_requested_at is None
        assert not LiveSession.objects.get().muted


@pytest.mark.parametrize("command", ["start", "stop", "mute", "unmute", "skip", "say"])
def test_a_command_is_never_a_link(
    alice: User, on_air: LiveSession, client_for: ClientFor, command: str
) -> None:
    assert client_for(alice).get(f"/lives/{on_air.id}/{command}/").status_code == 405


def test_a_command_without_its_csrf_token_is_refused_in_words(alice: User, on_air: LiveSession) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post(f"/lives/{on_air.id}/mute/")
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()
