"""Members, roles, ownership, leaving, and the deletion of a workspace."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled
from pytest_django import DjangoCaptureOnCommitCallbacks

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import ApiToken, AuditEntry, Membership, Tenant, User
from tenants.services import create_api_token, create_tenant, find_api_token
from tenants.signals import rights_changed
from tenants.tasks import delete_closed_tenants
from tests.conftest import PASSWORD

ClientFor = Callable[[User], Client]
Role = Membership.Role


@pytest.fixture
def told() -> Any:
    """The users whose open sockets are asked to check their rights."""
    found: list[str] = []

    def note(user_id: Any, **kwargs: Any) -> None:
        found.append(str(user_id))

    rights_changed.connect(note)
    yield found
    rights_changed.disconnect(note)


def membership(user: User, tenant: Tenant) -> Membership:
    return Membership.objects.get(user=user, tenant=tenant)


def again(client: Client) -> Client:
    """Enter the password again, which counts for the next minutes."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def verbs(tenant: Tenant) -> list[str]:
    with scopes_disabled():
        return list(AuditEntry.objects.filter(tenant=tenant).order_by("id").values_list("verb", flat=True))


def test_everybody_in_the_team_sees_it_and_only_admins_manage_it(
    alice: User, bob: User, tenant: Tenant, client_for: ClientFor
) -> None:
    for user, manages in ((alice, True), (bob, False)):
        page = client_for(user).get("/team/").content.decode()
        assert alice.email in page
        assert bob.email in page
        assert ("Send invitation" in page) == manages


def test_a_role_changes_and_the_members_sockets_hear_of_it(
    alice: User,
    bob: User,
    tenant: Tenant,
    client_for: ClientFor,
    told: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client_for(alice).post(f"/team/{membership(bob, tenant).id}/role/", {"role": "admin"})
    assert membership(bob, tenant).role == Role.ADMIN
    assert str(bob.id) in told
    assert "member.role_changed" in verbs(tenant)


@pytest.mark.parametrize("role", ["owner", "king", ""])
def test_nobody_becomes_an_owner_by_a_change_of_role(
    alice: User, bob: User, tenant: Tenant, client_for: ClientFor, role: str
) -> None:
    client_for(alice).post(f"/team/{membership(bob, tenant).id}/role/", {"role": role})
    assert membership(bob, tenant).role == Role.VIEWER


def test_a_removed_members_tokens_and_sockets_end(
    alice: User,
    bob: User,
    tenant: Tenant,
    client_for: ClientFor,
    told: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with scope(tenant=tenant):
        _token, key = create_api_token(tenant=tenant, user=bob, name="Bob's")
    with django_capture_on_commit_callbacks(execute=True):
        client_for(alice).post(f"/team/{membership(bob, tenant).id}/remove/")
    assert not Membership.objects.filter(user=bob, tenant=tenant).exists()
    assert find_api_token(key=key) is None
    assert str(bob.id) in told
    assert client_for(bob).get("/shows/").status_code == 403


def test_an_admin_cannot_touch_an_owner(
    alice: User, bob: User, tenant: Tenant, client_for: ClientFor
) -> None:
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    admin, owner = client_for(bob), membership(alice, tenant)
    admin.post(f"/team/{owner.id}/role/", {"role": "viewer"})
    page = admin.post(f"/team/{owner.id}/remove/", follow=True).content.decode()
    assert "Only an owner can remove an owner." in page
    assert membership(alice, tenant).role == Role.OWNER


def test_the_last_owner_cannot_leave_and_others_can(
    alice: User, bob: User, tenant: Tenant, client_for: ClientFor
) -> None:
    assert "needs an owner" in client_for(alice).post("/workspace/leave/", follow=True).content.decode()
    assert membership(alice, tenant)
    page = client_for(bob).post("/workspace/leave/", follow=True).content.decode()
    assert "You have left Alice&#x27;s lives." in page
    assert "You are in no workspace" in page
    assert not Membership.objects.filter(user=bob, tenant=tenant).exists()
    assert "member.left" in verbs(tenant)


def test_the_ownership_is_transferred_after_the_password(
    alice: User, bob: User, tenant: Tenant, client_for: ClientFor
) -> None:
    owner, sent = client_for(alice), {"member": str(membership(bob, tenant).id)}
    assert "/reauthenticate/" in owner.post("/workspace/transfer/", sent).headers["Location"]
    assert membership(alice, tenant).role == Role.OWNER
    again(owner).post("/workspace/transfer/", sent)
    assert membership(alice, tenant).role == Role.ADMIN
    assert membership(bob, tenant).role == Role.OWNER
    assert owner.get("/workspace/transfer/").status_code == 403


def test_the_ownership_goes_to_no_stranger(
    alice: User, tenant: Tenant, charlie: User, other_tenant: Tenant, client_for: ClientFor
) -> None:
    sent = {"member": str(membership(charlie, other_tenant).id)}
    assert again(client_for(alice)).post("/workspace/transfer/", sent).status_code == 422
    assert membership(alice, tenant).role == Role.OWNER


def test_a_user_creates_a_workspace_and_is_in_it(bob: User, tenant: Tenant, client_for: ClientFor) -> None:
    client = client_for(bob)
    client.post("/workspaces/new/", {"name": "Bob's own", "language": "en"})
    own = Tenant.objects.get(name="Bob's own")
    assert membership(bob, own).role == Role.OWNER
    assert client.get("/workspaces/").context["tenant"] == own
    assert client.post("/workspaces/new/", {"name": "", "language": "en"}).status_code == 422


def test_a_workspace_is_deleted_with_its_shows_and_lives(
    alice: User, bob: User, tenant: Tenant, session: LiveSession, other_show: Show, client_for: ClientFor
) -> None:
    owner = again(client_for(alice))
    wrong = owner.post("/workspace/delete/", {"name": "alice"})
    assert wrong.status_code == 422
    assert Tenant.objects.get(id=tenant.id).closed_at is None
    page = owner.post("/workspace/delete/", {"name": tenant.name}, follow=True).content.decode()
    assert "is deleted." in page
    assert client_for(bob).get("/shows/").status_code == 403
    delete_closed_tenants.call_local()
    with scopes_disabled():
        assert not Tenant.objects.filter(id=tenant.id).exists()
        assert not LiveSession.objects.filter(id=session.id).exists()
        assert Show.objects.filter(id=other_show.id).exists()
        assert AuditEntry.objects.filter(verb="tenant.deleted", detail__tenant=str(tenant.id)).exists()


def test_a_workspace_is_not_deleted_without_the_password_or_during_a_live(
    alice: User, tenant: Tenant, session: LiveSession, client_for: ClientFor
) -> None:
    owner, sent = client_for(alice), {"name": tenant.name}
    assert "/reauthenticate/" in owner.post("/workspace/delete/", sent).headers["Location"]
    with scope(tenant=tenant):
        LiveSession.objects.update(status="active", start_requested_at=session.created_at)
    answer = again(owner).post("/workspace/delete/", sent)
    assert answer.status_code == 422
    assert "End it first" in answer.content.decode()
    assert membership(alice, tenant)


def test_charlie_changes_nothing_in_alices_team(
    bob: User, tenant: Tenant, charlie: User, other_tenant: Tenant, client_for: ClientFor
) -> None:
    stranger, row = client_for(charlie), membership(bob, tenant)
    assert stranger.post(f"/team/{row.id}/role/", {"role": "admin"}).status_code == 404
    assert stranger.post(f"/team/{row.id}/remove/").status_code == 404
    assert membership(bob, tenant).role == Role.VIEWER
    assert bob.email not in stranger.get("/team/").content.decode()


def test_a_token_of_a_workspace_that_closes_no_longer_works(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    with scope(tenant=tenant):
        token, key = create_api_token(tenant=tenant, user=alice, name="Deck")
    assert isinstance(token, ApiToken)
    again(client_for(alice)).post("/workspace/delete/", {"name": tenant.name})
    assert find_api_token(key=key) is None


def test_the_list_of_workspaces_shows_only_the_users_own(
    charlie: User, other_tenant: Tenant, tenant: Tenant, client_for: ClientFor
) -> None:
    create_tenant(owner=charlie, name="Second", language="en")
    page = client_for(charlie).get("/workspaces/").content.decode()
    assert "Second" in page
    assert tenant.name not in page
