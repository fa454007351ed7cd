"""A user's own account: name, devices, deletion; and passkeys."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django_scopes import scopes_disabled

from accounts.second_factor import has_second_factor
from tenants.models import AuditEntry, Membership, Tenant, User
from tests.conftest import PASSWORD

ClientFor = Callable[[User], Client]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


def log_in(user: User, user_agent: str = FIREFOX) -> Client:
    client = Client(HTTP_USER_AGENT=user_agent)
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_a_user_changes_their_name(bob: User, client_for: ClientFor) -> None:
    client = client_for(bob)
    assert "Saved." in client.post("/account/", {"name": "Robert"}, follow=True).content.decode()
    bob.refresh_from_db()
    assert bob.name == "Robert"
    assert client.post("/account/", {"name": "\u202eBob"}).status_code == 422


def test_the_devices_are_listed_and_one_is_logged_out(bob: User) -> None:
    here, there = log_in(bob), log_in(bob, "Mozilla/5.0 (iPhone) AppleWebKit/605 Version/19 Safari/604")
    page = here.get("/account/devices/").content.decode()
    assert "Firefox · Linux" in page
    assert "Safari · iPhone" in page
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    here.post(f"/account/devices/{other.id}/end/")
    assert is_in(here)
    assert not is_in(there)


def test_a_user_logs_out_everywhere_else(bob: User, alice: User) -> None:
    here, others, alices = log_in(bob), [log_in(bob), log_in(bob)], log_in(alice)
    page = here.post("/account/devices/end-others/", follow=True).content.decode()
    assert "Logged out on 2 devices." in page
    assert is_in(here)
    assert is_in(alices)
    assert not any(map(is_in, others))


def test_charlie_logs_nobody_else_out(bob: User, charlie: User) -> None:
    bobs, stranger = log_in(bob), log_in(charlie)
    row = UserSession.objects.get(user=bob)
    assert stranger.post(f"/account/devices/{row.id}/end/").status_code == 404
    assert is_in(bobs)


def test_an_account_is_deleted_after_the_password_and_its_address(bob: User, tenant: Tenant) -> None:
    client = log_in(bob)
    assert client.post("/account/delete/", {"email": "wrong"}).status_code == 422
    page = client.post("/account/delete/", {"email": bob.email}, follow=True).content.decode()
    assert "Your account is deleted." in page
    assert not User.objects.filter(id=bob.id).exists()
    assert not Membership.objects.filter(user=bob.id).exists()
    with scopes_disabled():
        entry = AuditEntry.objects.get(verb="account.deleted")
        left = AuditEntry.objects.get(verb="member.left", tenant=tenant)
    assert bob.email not in f"{entry.object_label} {left.object_label} {entry.detail} {left.detail}"


def test_deleting_asks_for_the_password_again(bob: User, client_for: ClientFor) -> None:
    answer = client_for(bob).post("/account/delete/", {"email": bob.email})
    assert "/reauthenticate/" in answer.headers["Location"]
    assert User.objects.filter(id=bob.id).exists()


def test_an_owner_first_transfers_or_deletes_the_workspace(alice: User, tenant: Tenant) -> None:
    client = log_in(alice)
    assert "First decide what happens to your workspaces" in client.get("/account/delete/").content.decode()
    assert client.post("/account/delete/", {"email": alice.email}).status_code == 422
    assert User.objects.filter(id=alice.id).exists()


def test_staff_do_not_delete_themselves(bob: User) -> None:
    User.objects.filter(id=bob.id).update(is_staff=True)
    assert log_in(bob).post("/account/delete/", {"email": bob.email}).status_code == 422
    assert User.objects.filter(id=bob.id).exists()


def test_a_passkey_is_a_second_factor_and_is_listed_renamed_and_removed(bob: User) -> None:
    data = {"name": "Phone", "credential": {}}
    passkey = Authenticator.objects.create(user=bob, type=Authenticator.Type.WEBAUTHN, data=data)
    assert has_second_factor(bob)
    Authenticator.objects.filter(id=passkey.id).update(user=bob)
    client = Client()
    client.force_login(bob)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "Phone" in client.get("/accounts/2fa/webauthn/").content.decode()
    client.post(f"/accounts/2fa/webauthn/keys/{passkey.id}/edit/", {"name": "Blue phone"})
    assert "Blue phone" in client.get("/accounts/2fa/webauthn/").content.decode()
    client.post(f"/accounts/2fa/webauthn/keys/{passkey.id}/remove/")
    assert not Authenticator.objects.exists()


def test_the_page_that_adds_a_passkey_brings_its_options_and_no_inline_script(bob: User) -> None:
    page = log_in(bob).get("/accounts/2fa/webauthn/add/").content.decode()
    assert '<script id="passkey-options" type="application/json">' in page
    assert "passkey_add.js" in page


def test_charlie_touches_no_passkey_of_bobs(bob: User, charlie: User) -> None:
    data = {"name": "Phone", "credential": {}}
    passkey = Authenticator.objects.create(user=bob, type=Authenticator.Type.WEBAUTHN, data=data)
    stranger = log_in(charlie)
    for page in ("edit", "remove"):
        assert stranger.post(f"/accounts/2fa/webauthn/keys/{passkey.id}/{page}/").status_code == 404


@pytest.mark.parametrize(
    ("shown", "missing"),
    [("unverified", "Set as primary"), ("second", "Send the link again"), ("primary", "Remove")],
)
def test_the_e_mail_page_offers_only_what_is_possible(bob: User, shown: str, missing: str) -> None:
    from allauth.account.models import EmailAddress

    if shown != "primary":
        EmailAddress.objects.create(user=bob, email="b@example.com", verified=shown == "second")
    page = log_in(bob).get("/accounts/email/").content.decode()
    assert missing not in page
    assert ("Remove" in page) == (shown != "primary")
