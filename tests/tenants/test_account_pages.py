from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.test import Client

from config.translations import ROOT, catalogue_path, compile_catalogues
from tenants.models import Tenant, User

ClientFor = Callable[[User], Client]

ENTRANCE = {
    "/accounts/login/": "Welcome back",
    "/accounts/signup/": "Your lives, with a voice",
    "/accounts/password/reset/": "Forgotten password",
    "/accounts/password/reset/done/": "Check your e-mail",
    "/accounts/password/reset/key/1-broken/": "This link no longer works",
    "/accounts/password/reset/key/done/": "Password changed",
    "/accounts/confirm-email/": "Check your e-mail",
    "/accounts/confirm-email/broken/": "This link is too old",
    "/accounts/inactive/": "This account is closed",
}
MANAGE = {
    "/accounts/logout/": "Log out?",
    "/accounts/email/": "E-mail addresses",
    "/accounts/password/change/": "Change password",
    "/accounts/reauthenticate/": "Confirm that it is you",
}


@pytest.mark.parametrize(("path", "words"), ENTRANCE.items())
def test_every_page_around_the_log_in_has_our_look(client: Client, db: None, path: str, words: str) -> None:
    page = client.get(path, follow=True).content.decode()
    assert words in page
    assert "css/base/tokens.css" in page
    assert "Menu:" not in page


@pytest.mark.parametrize(("path", "words"), MANAGE.items())
def test_every_page_of_the_account_has_our_look(
    alice: User, tenant: Tenant, client_for: ClientFor, path: str, words: str
) -> None:
    page = client_for(alice).get(path, follow=True).content.decode()
    assert words in page
    assert "css/base/tokens.css" in page
    assert "Menu:" not in page


@pytest.mark.parametrize("path", [*ENTRANCE, *MANAGE, "/", "/shows/new/", "/tokens/", "/workspace/"])
def test_no_page_runs_a_script_of_its_own_or_asks_another_site(
    alice: User, tenant: Tenant, client_for: ClientFor, path: str
) -> None:
    page = client_for(alice).get(path, follow=True).content.decode()
    assert "<script>" not in page
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert "onclick" not in page


def test_the_pages_speak_italian_to_an_italian_browser(client: Client, db: None) -> None:
    if not catalogue_path(ROOT, "it").with_suffix(".mo").exists():
        compile_catalogues(ROOT)
    page = client.get("/accounts/login/", headers={"accept-language": "it"}).content.decode()
    assert "Eccoti di nuovo" in page
    assert '<html lang="it">' in page


def test_the_language_can_be_chosen(client: Client, db: None) -> None:
    answer = client.post("/i18n/setlang/", {"language": "it", "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert '<html lang="it">' in client.get("/accounts/login/").content.decode()


def test_a_confirmation_is_asked_for_in_words_that_show_the_address(client: Client, alice: User) -> None:
    address = EmailAddress.objects.get(user=alice)
    address.verified = False
    address.save(update_fields=["verified"])
    page = client.get(f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/").content.decode()
    assert "alice@example.com" in page
    assert "Yes, confirm it" in page


def test_the_mail_with_the_link_is_in_our_words(client: Client, alice: User) -> None:
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    assert "Open this link to choose a new password:" in mail.outbox[0].body
    assert "http://testserver/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize("logged_in", [True, False])
def test_an_address_that_leads_nowhere_gets_a_page_in_our_look(
    alice: User, tenant: Tenant, client_for: ClientFor, client: Client, logged_in: bool
) -> None:
    answer = (client_for(alice) if logged_in else client).get("/nowhere/<script>")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "There is nothing here" in page
    assert "<script>" not in page


def test_a_fault_of_ours_gets_a_page_in_our_look(
    alice: User, tenant: Tenant, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(tenant: Tenant) -> None:
        raise RuntimeError

    monkeypatch.setattr("livesessions.shows.views.shows.latest_sessions", fail)
    client = client_for(alice)
    client.raise_request_exception = False
    answer = client.get("/shows/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
