"""In development mails are read on a page of the site; anywhere else that page does not exist."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client

from config.production import unsafe_settings
from tests.config.test_production_settings import safe
from website.mailbox.backend import KEPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Path:
    settings.MAILBOX_DIR = str(tmp_path / "mails")
    settings.EMAIL_BACKEND = "website.mailbox.backend.MailboxBackend"
    return tmp_path / "mails"


def test_a_mail_is_read_on_the_page_with_its_link(client: Client, mailbox: Path) -> None:
    assert "No mail yet" in client.get("/mails/").content.decode()
    mail = EmailMultiAlternatives("Ciao", "Open http://testserver/x/", "a@example.com", ["dora@example.com"])
    mail.attach_alternative("<p style='color: red'>Open</p>", "text/html")
    mail.send()
    page = client.get("/mails/").content.decode()
    assert "dora@example.com" in page
    assert '<a href="http://testserver/x/"' in page
    [stored] = mailbox.iterdir()
    answer = client.get(f"/mails/{stored.stem}/")
    assert "<p style='color: red'>" in answer.content.decode()
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_only_the_newest_mails_stay(mailbox: Path) -> None:
    for number in range(KEPT + 1):
        send_mail(f"Mail {number}", "", None, ["dora@example.com"])
    assert len(list(mailbox.iterdir())) == KEPT


@pytest.mark.parametrize("path", ["/mails/", "/mails/1/"])
def test_without_a_mailbox_there_is_no_such_page(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_name_never_leads_out_of_the_mailbox(client: Client, mailbox: Path) -> None:
    assert client.get("/mails/..%2Fsecret/").status_code == 404


def test_production_refuses_a_mailbox() -> None:
    assert [str(fault) for fault in unsafe_settings(safe())] == []
    [fault] = unsafe_settings(safe(MAILBOX_DIR="/tmp/mails"))  # noqa: S108
    assert fault.name == "MAILBOX_DIR"
