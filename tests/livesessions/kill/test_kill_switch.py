"""The kill switch: it silences the overlay and ends the live, whatever its worker does."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis
from rest_framework.test import APIClient

from livesessions.errors import SessionConflict
from livesessions.kill import services
from livesessions.kill.acknowledgements import PartState, progress_of
from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import create_session, start_session
from livesessions.worker import leases
from livesessions.worker.commands import Stop
from overlay.presence import count_pages
from tenants.models import AuditEntry, Tenant, User
from tests.livesessions.conftest import eventually
from tests.overlay.conftest import open_socket

pytestmark = pytest.mark.django_db(transaction=True)

ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]
WORKER = "worker-1"


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def held(session: LiveSession) -> LiveSession:
    """A live that a worker holds."""
    start_session(session=session)
    live = leases.claim(session_id=session.id, owner=WORKER)
    assert live is not None
    return live


def kill(session: LiveSession, **more: Any) -> LiveSession:
    with scopes_disabled():
        return kill_session(session=session, way=Kill.Way.CONSOLE, **more)


def states(session: LiveSession) -> dict[str, PartState]:
    with scopes_disabled():
        progress = progress_of(session)
    assert progress is not None
    return {part.name: part.state for part in progress.parts}


async def test_the_page_falls_silent_and_says_so(held: LiveSession) -> None:
    async with open_socket(held.show.overlay.token) as page:
        await page.receive()
        await page.send(
            '{"type":"hello","page":1,"software":"obs","version":"1","width":1,"height":1,"pixel_ratio":1,'
            '"audio":"worklet","visible":true,"active":true}'
        )
        await eventually(lambda: count_pages(held.show.overlay_id))
        await sync_to_async(kill)(held)
        assert await page.receive() == {"type": "cut", "utterance": None}
        assert await page.receive() == {"type": "live", "live": False}
        assert (await sync_to_async(states)(held))["overlay"] is PartState.WAITING
        await page.send('{"type":"silenced"}')
        await eventually(lambda: states(held)["overlay"] is PartState.DONE)


def test_the_row_ends_at_once_though_a_worker_holds_it(held: LiveSession) -> None:
    ended = kill(held)
    assert (ended.status, ended.end_reason) == ("ended", "killed")
    assert leases.renew(owner=WORKER, session_ids=[held.id]) == set(), "its worker learns that it lost it"
    assert create_session(show=held.show, source="simulator").status == "pending"


def test_the_worker_acknowledges_when_it_ends_the_live_and_its_counts_are_kept(held: LiveSession) -> None:
    kill(held)
    assert states(held) == {
        "overlay": PartState.UNNEEDED,
        "session": PartState.DONE,
        "worker": PartState.WAITING,
    }
    assert not leases.finish(session_id=held.id, owner=WORKER, reason="stopped", counts={"read": 3})
    assert states(held)["worker"] is PartState.DONE
    held.refresh_from_db()
    assert (held.end_reason, held.counts) == ("killed", {"read": 3})


def test_a_worker_that_lost_the_lease_acknowledges_too(held: LiveSession) -> None:
    kill(held)
    assert not leases.release(session_id=held.id, owner=WORKER, counts={})
    assert states(held)["worker"] is PartState.DONE


def test_another_worker_acknowledges_nothing(held: LiveSession) -> None:
    kill(held)
    leases.finish(session_id=held.id, owner="worker-2", reason="stopped", counts={})
    assert states(held)["worker"] is PartState.WAITING


def test_a_live_that_is_not_on_air_has_neither_overlay_nor_worker(session: LiveSession) -> None:
    kill(session)
    assert states(session) == {"session": PartState.DONE}


def test_a_worker_that_was_faster_than_the_row_does_not_hide_the_press(held: LiveSession) -> None:
    pressed = timezone.now() - timedelta(seconds=2)
    leases.finish(session_id=held.id, owner=WORKER, reason="stopped", counts={})
    assert kill(held, pressed_at=pressed).end_reason == "killed"


def test_a_live_that_ended_before_is_not_killed(held: LiveSession) -> None:
    leases.finish(session_id=held.id, owner=WORKER, reason="live_ended", counts={})
    held.refresh_from_db()
    with pytest.raises(SessionConflict):
        kill(held)
    assert progress_of(held) is None


def test_the_second_press_changes_nothing_and_tells_the_worker_again(
    held: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(services, "send_if_redis_answers", lambda _id, command: sent.append(command))
    kill(held)
    first = Kill.objects.get()
    kill(held)
    assert Kill.objects.get().pressed_at == first.pressed_at
    assert sent == [Stop(), Stop()]


def test_without_the_database_overlay_and_worker_are_stopped_all_the_same(
    held: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def fail(**which: Any) -> bool:
        raise OperationalError("the server is away")

    monkeypatch.setattr(leases, "end_now", fail)
    monkeypatch.setattr(services, "silence_overlay", lambda *args, **more: done.append("overlay"))
    monkeypatch.setattr(services, "send_if_redis_answers", lambda *args: done.append("worker"))
    with pytest.raises(OperationalError):
        kill(held)
    assert done == ["overlay", "worker"]


def test_the_api_kills_and_says_what_has_stopped(held: LiveSession, alice: User, api_for: ApiFor) -> None:
    api = api_for(alice)
    path = f"/api/v1/sessions/{held.id}/kill/"
    assert (api.get(path).status_code, api.get(path).json()["code"]) == (404, "not_killed")
    answer = api.post(path)
    assert answer.status_code == 200
    assert answer.json()["way"] == "api"
    assert {part["part"]: part["state"] for part in answer.json()["parts"]}["session"] == "done"
    assert api.get(path).json() == answer.json()
    assert api.post(path).status_code == 200, "pressing again is no error"
    killed = Kill.objects.get()
    assert (killed.pressed_by, killed.label) == (alice, "Tests")


def test_the_page_of_the_kill_switch_works_without_javascript(
    held: LiveSession, alice: User, client_for: ClientFor
) -> None:
    browser = client_for(alice)
    path = f"/lives/{held.id}/kill/"
    assert f'action="{path}"' in browser.get(path).content.decode()
    held.refresh_from_db()
    assert held.is_open, "looking ends nothing"
    answer = browser.post(path, follow=True)
    assert 'data-part="session" data-state="done"' in answer.content.decode()
    assert AuditEntry.objects.filter(verb="session.killed", user_id=alice.id).count() == 1


def test_the_console_receives_the_progress_alone(
    held: LiveSession, alice: User, client_for: ClientFor
) -> None:
    browser = client_for(alice)
    answer = browser.post(f"/lives/{held.id}/kill/", headers={"hx-request": "true"})
    assert answer.content.decode().lstrip().startswith('<ul class="kill-parts"')
    again = browser.get(f"/lives/{held.id}/kill/progress/")
    assert 'data-part="worker" data-state="waiting"' in again.content.decode()


def test_an_ended_live_answers_with_a_conflict(held: LiveSession, alice: User, client_for: ClientFor) -> None:
    leases.finish(session_id=held.id, owner=WORKER, reason="live_ended", counts={})
    assert client_for(alice).post(f"/lives/{held.id}/kill/").status_code == 409


def test_charlie_and_bob_kill_nothing(
    held: LiveSession,
    bob: User,
    charlie: User,
    other_tenant: Tenant,
    client_for: ClientFor,
    api_for: ApiFor,
) -> None:
    paths = (f"/lives/{held.id}/kill/", f"/lives/{held.id}/kill/progress/")
    for user, status in ((charlie, 404), (bob, 403)):
        assert [client_for(user).get(path).status_code for path in paths] == [status, status]
        assert client_for(user).post(paths[0]).status_code == status
        assert api_for(user).post(f"/api/v1/sessions/{held.id}/kill/").status_code == status
    held.refresh_from_db()
    assert held.is_open
