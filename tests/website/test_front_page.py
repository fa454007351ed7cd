from collections.abc import Callable

import pytest
from django.test import Client

from livesessions.models.shows import Show
from tenants.models import Tenant, User

ClientFor = Callable[[User], Client]


@pytest.mark.django_db
def test_a_visitor_reads_what_it_is_and_can_sign_up(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert 'href="/accounts/signup/"' in answer.content.decode()


def test_a_member_gets_their_own_page(alice: User, show: Show, client_for: ClientFor) -> None:
    page = client_for(alice).get("/").content.decode()
    assert 'href="/shows/"' in page
    assert 'href="/accounts/signup/"' not in page


def test_a_stranger_sees_nothing_of_it(
    charlie: User, other_tenant: Tenant, show: Show, client_for: ClientFor
) -> None:
    assert show.name not in client_for(charlie).get("/").content.decode()


def test_an_owner_goes_on_with_the_set_up_until_it_is_finished(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    assert 'href="/start/"' in client.get("/").content.decode()
    assert 'href="/start/"' not in client.get("/shows/").content.decode()
    client.post("/start/leave/")
    assert 'href="/start/"' not in client.get("/").content.decode()


def test_a_viewer_is_not_asked_to_set_anything_up(bob: User, show: Show, client_for: ClientFor) -> None:
    assert 'href="/start/"' not in client_for(bob).get("/").content.decode()
