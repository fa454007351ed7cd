from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from tenants.models import Tenant, User
from tests.conftest import PASSWORD
from tests.tenants.test_sign_up import address_in


def log_in(client: Client, email: str, password: str = PASSWORD) -> bool:
    client.post("/accounts/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("email", ["alice@example.com", "Alice@Example.COM", "ALICE@EXAMPLE.COM"])
def test_the_case_of_the_address_does_not_matter(
    client: Client, alice: User, tenant: Tenant, email: str
) -> None:
    assert log_in(client, email)


def test_a_wrong_password_is_refused(client: Client, alice: User) -> None:
    assert not log_in(client, alice.email, "wrong")


def test_a_disabled_user_is_refused(client: Client, alice: User) -> None:
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert not log_in(client, alice.email)


def test_failed_tries_are_limited(alice: User) -> None:
    for _ in range(5):
        log_in(Client(), alice.email, "wrong")
    assert not log_in(Client(), alice.email), "even the right password waits now"


def test_logging_out_takes_a_post(client: Client, alice: User) -> None:
    log_in(client, alice.email)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_reset_by_mail(client: Client, alice: User) -> None:
    client.post("/accounts/password/reset/", {"email": "ALICE@example.com"})
    link = address_in(mail.outbox[0], "/accounts/password/reset/key/")
    form = client.get(link).headers["Location"]  # the key moves from the address to the session
    client.post(form, {"password1": "a new horse battery", "password2": "a new horse battery"})
    assert not log_in(Client(), alice.email)
    assert log_in(Client(), alice.email, "a new horse battery")
    again = Client().get(link, follow=True)
    assert b'name="password1"' not in again.content, "the link works once"


def test_a_reset_for_an_unknown_address_answers_like_one_for_a_known(
    make_user: Callable[[str], User],
) -> None:
    make_user("Alice")
    known = Client().post("/accounts/password/reset/", {"email": "alice@example.com"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


def test_the_session_cookie_is_out_of_reach_of_scripts(client: Client, alice: User) -> None:
    log_in(client, alice.email)
    assert client.cookies[settings.SESSION_COOKIE_NAME]["httponly"]
