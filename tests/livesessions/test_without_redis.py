"""Mute, stop and unmute while Redis is away: the row is written and the overlay obeys."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled
from rest_framework.test import APIClient

from livesessions.models.sessions import LiveSession
from livesessions.worker import leases
from tenants.models import Tenant, User
from tests.livesessions.worker.own_redis import OwnRedis, own_redis
from tests.overlay.conftest import Socket, open_socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

HTMX = {"hx-request": "true"}
ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]


@pytest.fixture
def server(settings: Any) -> Iterator[OwnRedis]:
    with own_redis(settings) as server:
        yield server


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    """A live on air that a worker holds."""
    with scopes_disabled():
        LiveSession.objects.filter(id=session.id).update(start_requested_at=timezone.now())
        held = leases.claim(session_id=session.id, owner="worker")
    assert held is not None
    return held


@pytest.fixture
async def page(server: OwnRedis, on_air: LiveSession) -> AsyncIterator[Socket]:
    """An open page of the overlay, which outlives Redis."""
    async with open_socket(on_air.show.overlay.token) as page:
        await page.receive()
        server.kill()
        yield page


def row(session: LiveSession) -> LiveSession:
    with scopes_disabled():
        return LiveSession.objects.get(id=session.id)


async def next_of(page: Socket, kind: str) -> Any:
    while (message := await page.receive())["type"] != kind:
        pass
    return message


async def test_the_api_answers_200_and_the_page_obeys(
    alice: User, api_for: ApiFor, on_air: LiveSession, page: Socket
) -> None:
    api = await sync_to_async(api_for)(alice)
    path = f"/api/v1/sessions/{on_air.id}"
    read = await sync_to_async(api.get)(f"{path}/")
    assert read.status_code == 200, "reading needs no Redis either"

    muted = await sync_to_async(api.post)(f"{path}/mute/")
    assert (muted.status_code, muted.json()["muted"]) == (200, True)
    assert (await sync_to_async(row)(on_air)).muted
    assert (await next_of(page, "mute"))["muted"] is True

    unmuted = await sync_to_async(api.post)(f"{path}/unmute/")
    assert (unmuted.status_code, unmuted.json()["muted"]) == (200, False)
    while (await next_of(page, "mute"))["muted"]:
        pass

    stopped = await sync_to_async(api.post)(f"{path}/stop/")
    assert stopped.status_code == 200
    assert (await sync_to_async(row)(on_air)).stop_requested_at is not None
    assert (await next_of(page, "live"))["live"] is False


async def test_the_console_mutes_and_stops_too(
    alice: User, client_for: ClientFor, on_air: LiveSession, page: Socket
) -> None:
    console = await sync_to_async(client_for)(alice)
    muted = await sync_to_async(console.post)(f"/lives/{on_air.id}/mute/", headers=HTMX)
    assert muted.status_code == 200
    assert f"/lives/{on_air.id}/unmute/" in muted.content.decode()
    assert (await next_of(page, "mute"))["muted"] is True
    stopped = await sync_to_async(console.post)(f"/lives/{on_air.id}/stop/", headers=HTMX)
    assert stopped.status_code == 200
    assert (await next_of(page, "live"))["live"] is False


async def test_what_needs_redis_says_so_after_nothing_was_done(
    alice: User, api_for: ApiFor, on_air: LiveSession, page: Socket
) -> None:
    api = await sync_to_async(api_for)(alice)
    answer = await sync_to_async(api.post)(f"/api/v1/sessions/{on_air.id}/skip/")
    assert (answer.status_code, answer.json()["code"]) == (503, "command_unreachable")


async def test_charlie_mutes_nobody_while_redis_is_away(
    charlie: User, other_tenant: Tenant, api_for: ApiFor, on_air: LiveSession, page: Socket
) -> None:
    api = await sync_to_async(api_for)(charlie)
    for command in ("mute", "stop"):
        answer = await sync_to_async(api.post)(f"/api/v1/sessions/{on_air.id}/{command}/")
        assert answer.status_code == 404
    assert not (await sync_to_async(row)(on_air)).muted
    assert await page.communicator.receive_nothing()
