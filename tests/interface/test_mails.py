"""Every mail has our look, a text, and a subject without addresses of machines."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from interface.mails import build_mail
from tenants.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def html_of(message: mail.EmailMessage) -> str:
    [(content, kind)] = message.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html"
    return str(content)


def test_the_mail_of_a_sign_up_is_branded(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "dora@example.com", "password1": PASSWORD})
    [message] = mail.outbox
    assert message.subject == "Confirm your e-mail address"
    assert message.from_email == "Vivavoce <vivavoce@localhost>"
    html = html_of(message)
    assert "Confirm and start" in html
    assert 'href="http://testserver/accounts/confirm-email/' in html
    assert "http://testserver/accounts/confirm-email/" in str(message.body)


def test_an_italian_gets_it_in_italian() -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="it")
    client.post("/accounts/signup/", {"email": "dora@example.com", "password1": PASSWORD})
    [message] = mail.outbox
    assert message.subject == "Conferma il tuo indirizzo e-mail"
    assert '<html lang="it">' in html_of(message)


@pytest.mark.parametrize(
    ("path", "email", "words"),
    [
        ("/accounts/signup/", "alice@example.com", "Somebody tried to sign up"),
        ("/accounts/password/reset/", "nobody@example.com", "it has no account here"),
        ("/accounts/password/reset/", "alice@example.com", "Open this link to choose a new password:"),
    ],
)
def test_mails_of_the_account_are_branded_too(
    client: Client, alice: User, path: str, email: str, words: str
) -> None:
    client.post(path, {"email": email, "password1": PASSWORD})
    [message] = mail.outbox
    assert "testserver" not in message.subject
    assert "[" not in message.subject
    assert words in str(message.body)
    assert "Vivavoce" in html_of(message)


def test_a_changed_password_is_announced_with_where_it_came_from(
    alice: User, client_for: Callable[[User], Client]
) -> None:
    client = client_for(alice)
    new = {"oldpassword": PASSWORD, "password1": "another horse", "password2": "another horse"}
    client.post("/accounts/password/change/", new)
    [message] = mail.outbox
    assert "From the internet address 127.0.0.1" in str(message.body)
    assert "Was that you?" in html_of(message)


def test_what_strangers_write_is_no_markup_in_a_mail() -> None:
    html = html_of(build_mail(to=["a@example.com"], subject="<b>", text="<script>x</script>", action=""))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
