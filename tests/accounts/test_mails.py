"""Every mail has our look, a text, and a subject without addresses of machines."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import translation

from accounts.adapter import ACTIONS, AccountAdapter
from interface.mails import build_mail
from tenants.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

LINK = "https://vivavoce.example/a-link/"


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


MAILS = sorted(
    file
    for file in (settings.BASE_DIR / "templates").rglob("*_message.txt")
    if "email" in file.parts and "_url }}" in file.read_text(encoding="utf-8")
)


def test_the_mails_with_a_link_are_found() -> None:
    assert {"invitation_message.txt", "password_reset_key_message.txt"} <= {file.name for file in MAILS}


@pytest.mark.parametrize("file", MAILS, ids=lambda file: file.name)
@pytest.mark.parametrize("language", ["en", "it", "de"])
def test_every_mail_with_a_link_has_one_button_that_says_what_it_does(file: Path, language: str) -> None:
    prefix = str(file.relative_to(settings.BASE_DIR / "templates")).removesuffix("_message.txt")
    variables = re.findall(r"{{ (\w+_url) }}", file.read_text(encoding="utf-8"))
    with translation.override(language):
        mail_of_it = AccountAdapter().render_mail(
            prefix,
            "dora@example.com",
            {**dict.fromkeys(variables, LINK), "user": User(email="d@example.com")},
        )
        html, says = unescape(html_of(mail_of_it)), str(ACTIONS[prefix.rpartition("/")[2]])
    buttons = re.findall(rf'<a href="{LINK}"[^>]*>([^<]*)</a>', html)
    assert [button.strip() for button in buttons] == [says]
    assert str(mail_of_it.body).count(LINK) == 1
