from collections.abc import Callable

import pytest
from django.test import Client

from livesessions.models.shows import Show
from overlay.errors import OverlayUnreachable
from tenants.models import User

ClientFor = Callable[[User], Client]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def test_a_new_address_replaces_the_old_one(alice: User, show: Show, client_for: ClientFor) -> None:
    old = show.overlay.token
    client = client_for(alice)
    answer = client.post(f"/shows/{show.id}/overlay/renew/", follow=True)
    show.overlay.refresh_from_db()
    page = answer.content.decode()
    assert show.overlay.token != old
    assert f"/overlay/{show.overlay.token}/" in page
    assert "Copy it into your streaming program" in page
    assert client.get(f"/overlay/{old}/").status_code == 404


def test_a_new_address_is_stored_although_open_pages_cannot_be_closed(
    alice: User, show: Show, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(overlay_id: object) -> None:
        raise OverlayUnreachable

    monkeypatch.setattr("overlay.services._close_sockets", away)
    old = show.overlay.token
    answer = client_for(alice).post(f"/shows/{show.id}/overlay/renew/", follow=True)
    show.overlay.refresh_from_db()
    assert show.overlay.token != old
    assert "may stay open until they are reloaded" in answer.content.decode()


@pytest.mark.usefixtures("other_tenant")
@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("charlie", 404)])
def test_nobody_else_makes_a_new_address(
    request: pytest.FixtureRequest, show: Show, client_for: ClientFor, name: str, status: int
) -> None:
    old = show.overlay.token
    who: User = request.getfixturevalue(name)
    assert client_for(who).post(f"/shows/{show.id}/overlay/renew/").status_code == status
    show.overlay.refresh_from_db()
    assert show.overlay.token == old
