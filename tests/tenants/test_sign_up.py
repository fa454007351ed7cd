import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from tenants.models import Membership, Tenant, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str = "dora@example.com", password: str = PASSWORD) -> User | None:
    client.post("/accounts/signup/", {"email": email, "password1": password})
    return User.objects.filter(email__iexact=email).first()


def address_in(message: mail.EmailMessage, path: str) -> str:
    found = re.search(rf"https?://[^/\s]+({path}[^\s]+)", str(message.body))
    assert found, message.body
    return found[1]


def test_signing_up_makes_a_workspace_that_the_new_user_owns(client: Client) -> None:
    dora = sign_up(client)
    assert dora is not None
    membership = Membership.objects.get(user=dora)
    assert membership.role == Membership.Role.OWNER
    assert membership.tenant.name == "dora's lives"
    assert membership.tenant.slug == "doras-lives"


def test_a_new_workspace_has_a_show_that_can_go_on_air(client: Client) -> None:
    dora = sign_up(client)
    tenant = Tenant.objects.get(members=dora)
    with scope(tenant=tenant):
        show = Show.objects.select_related("persona", "voice", "policy", "overlay").get()
    assert {show.persona.tenant_id, show.voice.tenant_id, show.policy.tenant_id} == {tenant.id}
    assert len(show.overlay.token) >= 32


@pytest.mark.parametrize(
    ("accepted", "language"), [("it-IT,it", "it"), ("en-GB,en", "en"), ("de-AT", "de"), ("fr", "en")]
)
def test_the_workspace_speaks_the_language_of_the_sign_up_page(accepted: str, language: str) -> None:
    dora = sign_up(Client(HTTP_ACCEPT_LANGUAGE=accepted))
    tenant = Tenant.objects.get(members=dora)
    assert tenant.language == language
    with scope(tenant=tenant):
        assert Show.objects.get().language == language


def test_nobody_is_in_before_the_address_is_verified(client: Client) -> None:
    sign_up(client)
    assert "_auth_user_id" not in client.session
    client.post("/accounts/login/", {"login": "dora@example.com", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_mailed_link_logs_in_the_browser_that_has_signed_up(client: Client) -> None:
    dora = sign_up(client)
    assert [message.to for message in mail.outbox] == [["dora@example.com"]]
    answer = client.get(address_in(mail.outbox[0], "/accounts/confirm-email/"))
    assert answer["Location"] == "/start/"
    assert EmailAddress.objects.get(user=dora).verified
    assert "_auth_user_id" in client.session


def test_in_another_browser_a_button_confirms_and_the_log_in_follows(client: Client) -> None:
    dora = sign_up(client)
    link = address_in(mail.outbox[0], "/accounts/confirm-email/")
    other = Client()
    other.get(link)
    assert not EmailAddress.objects.get(user=dora).verified, "a mail scanner's GET must not verify"
    page = other.post(link, follow=True)
    assert EmailAddress.objects.get(user=dora).verified
    assert "Confirmed. Now log in." in page.content.decode()
    assert "_auth_user_id" not in other.session
    other.post("/accounts/login/", {"login": "dora@example.com", "password": PASSWORD})
    assert "_auth_user_id" in other.session


def test_a_link_of_somebody_else_does_not_log_in(client: Client) -> None:
    sign_up(Client(), "erin@example.com")
    link = address_in(mail.outbox[0], "/accounts/confirm-email/")
    sign_up(client)
    client.get(link)
    client.post(link)
    assert "_auth_user_id" not in client.session


def test_the_page_says_once_what_a_password_needs_and_what_one_accepts(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()
    assert page.count('type="password"') == 1
    assert page.count("8 characters or more") == 1
    assert 'href="/privacy/"' in page
    assert 'href="/ai/"' in page


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "Use 8 characters or more."),
        ("password1", "Too many people use this password."),
        ("dora@example.com", "This is too close to your name or e-mail address."),
    ],
)
def test_a_refused_password_is_explained_in_one_sentence(client: Client, password: str, said: str) -> None:
    page = client.post("/accounts/signup/", {"email": "dora@example.com", "password1": password})
    assert said in page.content.decode()


def test_an_address_is_kept_in_lower_case_and_only_once(client: Client) -> None:
    dora = sign_up(client, "Dora@Example.COM")
    assert dora is not None
    assert dora.email == "dora@example.com"
    sign_up(Client(), "dORA@example.com")
    assert User.objects.count() == 1
    assert Tenant.objects.count() == 1


def test_signing_up_with_a_known_address_does_not_tell_that_it_is_known(
    client: Client, make_user: Callable[[str], User]
) -> None:
    make_user("Dora")
    taken = client.post("/accounts/signup/", {"email": "dora@example.com", "password1": PASSWORD})
    free = Client().post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD})
    assert (taken.status_code, taken.headers["Location"]) == (free.status_code, free.headers["Location"])


@pytest.mark.parametrize("password", ["short", "password1", "dora@example.com"])
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    assert sign_up(client, password=password) is None
    assert Tenant.objects.count() == 0


def test_sign_ups_from_one_address_are_limited() -> None:
    answers = [Client().post("/accounts/signup/", {"email": ""}).status_code for _ in range(21)]
    assert answers[0] == 200
    assert answers[-1] == 429
