"""Signing up with a passkey, but for the device: tests/browser/test_passkeys.py has a virtual one."""

import re
from collections.abc import Callable

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, RequestFactory

from accounts.passkey_sign_up import AFTERWARDS_KEY
from tenants.models import Tenant, User

pytestmark = pytest.mark.django_db

SIGN_UP = "/accounts/signup/passkey/"
ADD = "/accounts/2fa/webauthn/add/"
EMAIL = "dora@example.com"


def mailed_link() -> str:
    [message] = mail.outbox
    found = re.search(r"https?://[^/\s]+(/accounts/confirm-email/[^\s]+)", str(message.body))
    assert found, message.body
    return found[1]


def test_the_mailed_link_leads_to_the_passkey_and_then_to_the_set_up(client: Client) -> None:
    assert 'href="/accounts/signup/passkey/"' in client.get("/accounts/signup/").content.decode()
    assert 'type="password"' not in client.get(SIGN_UP).content.decode()
    assert client.post(SIGN_UP, {"email": EMAIL}).status_code == 302
    assert client.get(mailed_link())["Location"] == ADD
    dora = User.objects.get(email=EMAIL)
    assert not dora.has_usable_password()
    assert Tenant.objects.filter(members=dora).exists()
    assert "Now create your passkey" in client.get(ADD).content.decode()
    assert client.get("/account/begin/")["Location"] == "/start/"
    assert AFTERWARDS_KEY not in client.session


def test_an_invitation_is_not_lost_on_the_way(client: Client) -> None:
    client.post(SIGN_UP, {"email": EMAIL, "next": "/invitations/key/"})
    client.get(mailed_link())
    assert client.get("/account/begin/")["Location"] == "/invitations/key/"


def test_whoever_confirms_elsewhere_is_led_to_a_password_and_can_log_in_with_it(client: Client) -> None:
    client.post(SIGN_UP, {"email": EMAIL})
    link = mailed_link()
    other = Client()
    page = other.post(link, follow=True)
    assert EmailAddress.objects.get(email=EMAIL).verified
    assert page.redirect_chain[-1][0] == "/accounts/password/reset/"
    assert "There is no passkey yet" in page.content.decode()
    other.post("/accounts/password/reset/", {"email": EMAIL})
    assert "Open this link to choose a new password:" in str(mail.outbox[-1].body)


def test_a_member_without_a_passkey_may_choose_a_password_instead(client: Client) -> None:
    client.post(SIGN_UP, {"email": EMAIL})
    client.get(mailed_link())
    assert "Choose a password" in client.get("/accounts/password/set/").content.decode()
    sent = {"password1": "correct horse battery", "next": "/account/begin/"}
    assert client.post("/accounts/password/set/", sent)["Location"] == "/account/begin/"
    assert User.objects.get(email=EMAIL).check_password("correct horse battery")


def test_a_known_address_gets_the_same_answer_and_a_mail(make_user: Callable[[str], User]) -> None:
    make_user("Dora")
    taken = Client().post(SIGN_UP, {"email": EMAIL})
    free = Client().post(SIGN_UP, {"email": "new@example.com"})
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert "Somebody tried to sign up" in str(mail.outbox[0].body)
    assert User.objects.get(email=EMAIL).has_usable_password()


def test_removing_a_passkey_names_the_missing_password(
    alice: User, client_for: Callable[[User], Client]
) -> None:
    def page_of_removal() -> str:
        client = client_for(alice)
        session = client.session
        request = RequestFactory().get("/")
        request.session = session
        record_authentication(request, alice, method="password", reauthenticated=True)
        session.save()
        return client.get(f"/accounts/2fa/webauthn/keys/{key.id}/remove/").content.decode()

    key = Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop"})
    assert "Your account has no password" not in page_of_removal()
    alice.set_unusable_password()
    alice.save()
    assert "Your account has no password" in page_of_removal()
