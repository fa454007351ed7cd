"""People join a team by an invitation's link, and only those to whom it was sent."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from tenants.models import AuditEntry, Invitation, Membership, Tenant, User
from tenants.services import hash_key
from tenants.team import invitations
from tenants.team.errors import InvitationError

ClientFor = Callable[[User], Client]
Role = Membership.Role
INVITE = "/team/invite/"


def link_in(message: Any) -> str:
    found = re.search(r"/invitations/[\w-]+/", message.body)
    assert found
    return found[0]


def invite(client: Client, email: str, role: str = "editor") -> str:
    """Invite an address and return the link of its mail."""
    before = len(mail.outbox)
    assert client.post(INVITE, {"email": email, "role": role}).status_code == 302
    assert len(mail.outbox) == before + 1
    return link_in(mail.outbox[-1])


def role_of(user: User, tenant: Tenant) -> str:
    found = Membership.objects.filter(user=user, tenant=tenant).first()
    return found.role if found else ""


@pytest.fixture
def owner(alice: User, tenant: Tenant, client_for: ClientFor) -> Client:
    return client_for(alice)


def test_an_invited_person_with_an_account_joins(
    owner: Client, tenant: Tenant, charlie: User, other_tenant: Tenant, client_for: ClientFor
) -> None:
    link = invite(owner, "Charlie@Example.com")
    assert mail.outbox[-1].to == ["charlie@example.com"]
    assert "Alice" in mail.outbox[-1].body
    invited = client_for(charlie)
    assert "Join Alice&#x27;s lives" in invited.get(link).content.decode()
    page = invited.post(link, follow=True).content.decode()
    assert "Welcome to Alice&#x27;s lives" in page
    assert role_of(charlie, tenant) == Role.EDITOR
    assert invited.get("/workspaces/").context["tenant"] == tenant
    with scopes_disabled():
        assert AuditEntry.objects.filter(tenant=tenant, verb="member.joined", user_id=charlie.id).exists()


def test_an_invited_person_without_an_account_signs_up_and_joins_without_a_second_mail(
    owner: Client, tenant: Tenant
) -> None:
    link = invite(owner, "dora@example.com", "viewer")
    visitor = Client()
    visitor.get(link)
    sent = {"email": "dora@example.com", "password1": "a long and good password", "consent": "on"}
    answer = visitor.post(f"/accounts/signup/?next={link}", {**sent, "next": link}, follow=True)
    assert "Join the workspace" in answer.content.decode()
    visitor.post(link)
    dora = User.objects.get(email="dora@example.com")
    assert role_of(dora, tenant) == Role.VIEWER
    assert EmailAddress.objects.get(user=dora).verified


def test_a_log_in_leads_back_to_the_invitation(owner: Client, charlie: User) -> None:
    link = invite(owner, charlie.email)
    visitor = Client()
    visitor.get(link)
    sent = {"login": charlie.email, "password": "correct horse battery staple"}
    assert visitor.post("/accounts/login/", sent).headers["Location"] == link


def test_somebody_else_with_the_link_does_not_join(
    owner: Client, tenant: Tenant, charlie: User, other_tenant: Tenant, client_for: ClientFor
) -> None:
    link = invite(owner, "dora@example.com")
    stranger = client_for(charlie)
    assert "Join the workspace" not in stranger.get(link).content.decode()
    page = stranger.post(link, follow=True).content.decode()
    assert "for another e-mail address" in page
    assert role_of(charlie, tenant) == ""


def test_an_address_that_is_not_verified_does_not_count(
    owner: Client, tenant: Tenant, charlie: User, client_for: ClientFor
) -> None:
    EmailAddress.objects.create(user=charlie, email="dora@example.com", verified=False)
    client_for(charlie).post(invite(owner, "dora@example.com"))
    assert role_of(charlie, tenant) == ""


def test_only_the_hash_of_the_key_is_stored(owner: Client, tenant: Tenant) -> None:
    key = invite(owner, "dora@example.com").split("/")[-2]
    with scope(tenant=tenant):
        invitation = Invitation.objects.get()
    assert invitation.key_hash == hash_key(key)
    assert key not in str(vars(invitation))


@pytest.mark.parametrize("ended", ["revoked", "expired", "accepted", "sent again", "unknown"])
def test_an_ended_link_opens_nothing(
    owner: Client, tenant: Tenant, charlie: User, client_for: ClientFor, ended: str
) -> None:
    link = invite(owner, charlie.email)
    with scope(tenant=tenant):
        invitation, past = Invitation.objects.get(), timezone.now() - timedelta(seconds=1)
        match ended:
            case "revoked":
                owner.post(f"/team/invitations/{invitation.id}/revoke/")
            case "expired":
                Invitation.objects.update(expires_at=past)
            case "accepted":
                Invitation.objects.update(accepted_at=past)
            case "sent again":
                Invitation.objects.update(sent_at=past - timedelta(minutes=2))
                owner.post(f"/team/invitations/{invitation.id}/renew/")
            case _:
                link = "/invitations/nonsense/"
    browser = client_for(charlie)
    assert browser.get(link).status_code == 404
    assert browser.post(link).status_code == 404
    assert role_of(charlie, tenant) == ""


def test_an_invitation_works_for_seven_days_and_is_sent_again_after_a_minute(
    owner: Client, tenant: Tenant
) -> None:
    invite(owner, "dora@example.com")
    with scope(tenant=tenant):
        invitation = Invitation.objects.get()
        left = invitation.expires_at - timezone.now()
        assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
        again = f"/team/invitations/{invitation.id}/renew/"
        assert "Wait a minute" in owner.post(again, follow=True).content.decode()
        assert len(mail.outbox) == 1
        Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
        owner.post(again)
    assert len(mail.outbox) == 2
    assert link_in(mail.outbox[0]) != link_in(mail.outbox[1])


def test_an_answer_does_not_tell_who_has_an_account(
    owner: Client, charlie: User, django_assert_num_queries: Any
) -> None:
    known = owner.post(INVITE, {"email": charlie.email, "role": "viewer"}, follow=True)
    unknown = owner.post(INVITE, {"email": "nobody@example.com", "role": "viewer"}, follow=True)
    shown = [
        re.findall(r"Invitation sent to \S+ The link works[^<]*", page.content.decode())
        for page in (known, unknown)
    ]
    assert len(shown[0]) == len(shown[1]) == 1
    assert shown[0][0].replace(charlie.email, "nobody@example.com") == shown[1][0]
    pages = [Client().get(link_in(message)).content.decode() for message in mail.outbox]
    cleaned = [
        re.sub(r"/invitations/[\w-]+/|%2Finvitations[^\"]+|csrf\S+|x-csrf[^}]+|value=\"\S+\"", "", page)
        for page in pages
    ]
    assert cleaned[0].replace(charlie.email, "nobody@example.com") == cleaned[1]


@pytest.mark.parametrize(
    "wrong", [{"email": "no address"}, {"role": "owner"}, {"role": "king"}, {"email": ""}]
)
def test_a_wrong_invitation_is_refused_beside_its_field(owner: Client, wrong: dict[str, str]) -> None:
    answer = owner.post(INVITE, {"email": "dora@example.com", "role": "viewer", **wrong})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert mail.outbox == []


def test_a_member_and_an_invited_address_are_not_invited_again(owner: Client, bob: User) -> None:
    invite(owner, "dora@example.com")
    for email in (bob.email, "Dora@example.com"):
        assert owner.post(INVITE, {"email": email, "role": "viewer"}).status_code == 422
    assert len(mail.outbox) == 1


def test_a_workspace_and_an_address_get_so_many_mails_a_day(
    owner: Client,
    alice: User,
    tenant: Tenant,
    other_tenant: Tenant,
    charlie: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(invitations, "MAX_MAILS_A_DAY", 2)
    invite(owner, "one@example.com")
    invite(owner, "two@example.com")
    assert owner.post(INVITE, {"email": "three@example.com", "role": "viewer"}).status_code == 422
    monkeypatch.setattr(invitations, "MAX_MAILS_TO_ADDRESS_A_DAY", 1)
    with scope(tenant=other_tenant), pytest.raises(InvitationError, match="This address"):
        invitations.create_invitation(tenant=other_tenant, by=charlie, email="one@example.com", role="viewer")
    assert len(mail.outbox) == 2


def test_a_mail_that_cannot_be_sent_is_said_and_can_be_sent_again(
    owner: Client, tenant: Tenant, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    page = owner.post(INVITE, {"email": "dora@example.com", "role": "viewer"}, follow=True).content.decode()
    assert "could not be sent" in page
    assert "Send again" in page


def test_the_list_of_workspaces_shows_invitations_to_verified_addresses(
    owner: Client, tenant: Tenant, charlie: User, client_for: ClientFor
) -> None:
    invite(owner, charlie.email)
    with scope(tenant=tenant):
        invitation = Invitation.objects.get()
    client = client_for(charlie)
    assert "You are invited" in client.get("/workspaces/").content.decode()
    client.post(f"/workspaces/{invitation.id}/join/")
    assert role_of(charlie, tenant) == Role.EDITOR


def test_charlie_can_use_no_invitation_of_alices_workspace(
    owner: Client, tenant: Tenant, charlie: User, other_tenant: Tenant, client_for: ClientFor
) -> None:
    invite(owner, "dora@example.com")
    with scope(tenant=tenant):
        invitation = Invitation.objects.get()
    stranger = client_for(charlie)
    for path in (
        f"/team/invitations/{invitation.id}/renew/",
        f"/team/invitations/{invitation.id}/revoke/",
        f"/workspaces/{invitation.id}/join/",
    ):
        assert stranger.post(path).status_code == 404
    assert "dora@example.com" not in stranger.get("/team/").content.decode()
    with scope(tenant=tenant):
        assert Invitation.objects.get().revoked_at is None
