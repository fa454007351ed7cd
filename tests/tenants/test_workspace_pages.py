from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from tenants.models import Membership, Tenant, User
from tenants.services import create_tenant

ClientFor = Callable[[User], Client]


def test_alice_renames_her_workspace(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    sent = {"name": "<i>La Bottega</i>", "language": "en", "time_zone": "America/New_York"}
    page = client_for(alice).post("/workspace/", sent, follow=True).content.decode()
    tenant.refresh_from_db()
    assert (tenant.name, tenant.language, tenant.time_zone) == tuple(sent.values())
    assert "Saved." in page
    assert "<i>" not in page


@pytest.mark.parametrize("wrong", [{"name": ""}, {"language": "xx"}, {"time_zone": "Mars/Olympus"}])
def test_what_is_wrong_is_refused_and_changes_nothing(
    alice: User, tenant: Tenant, client_for: ClientFor, wrong: dict[str, str]
) -> None:
    sent = {"name": "New name", "language": "en", "time_zone": "Europe/Rome", **wrong}
    page = client_for(alice).post("/workspace/", sent).content.decode()
    assert "errorlist" in page
    assert '<span class="who">Alice&#x27;s lives</span>' in page
    tenant.refresh_from_db()
    assert tenant.name == "Alice's lives"


def test_bob_who_looks_on_may_not_change_it(bob: User, tenant: Tenant, client_for: ClientFor) -> None:
    assert client_for(bob).get("/workspace/").status_code == 403
    assert client_for(bob).post("/workspace/", {"name": "Bob's"}).status_code == 403


def test_a_member_of_two_workspaces_switches_between_them(
    bob: User, tenant: Tenant, client_for: ClientFor
) -> None:
    own = create_tenant(owner=bob, name="Bob's own", language="en")
    with scope(tenant=own):
        Show.objects.update(name="Bob's show")
    client = client_for(bob)
    assert "Bob&#x27;s own" in client.get("/").content.decode()
    assert client.post("/workspace/switch/", {"tenant": own.slug})["Location"] == "/"
    assert "Bob&#x27;s show" in client.get("/shows/").content.decode()
    client.post("/workspace/switch/", {"tenant": tenant.slug})
    assert "Bob&#x27;s show" not in client.get("/shows/").content.decode()


@pytest.mark.parametrize("slug", ["alice-s-lives", "", "\x00", "../"])
def test_charlie_cannot_switch_to_a_workspace_that_is_not_his(
    charlie: User, other_tenant: Tenant, tenant: Tenant, client_for: ClientFor, slug: str
) -> None:
    client = client_for(charlie)
    sent = {"tenant": tenant.slug if slug.startswith("alice") else slug}
    assert client.post("/workspace/switch/", sent).status_code == 404
    assert "Charlie&#x27;s lives" in client.get("/").content.decode()


def test_a_user_of_no_workspace_is_told_so(charlie: User, client_for: ClientFor) -> None:
    Membership.objects.filter(user=charlie).delete()
    answer = client_for(charlie).get("/")
    assert answer.status_code == 403
    assert "You may not do this" in answer.content.decode()
