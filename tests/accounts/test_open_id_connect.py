"""Log-in through an OpenID Connect provider that the installation has configured."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from config.environment import Environment
from tenants.models import Tenant, User
from tests.fakes.oidc import CLIENT_ID, SECRET, FakeOpenIdProvider, open_id_provider

pytestmark = pytest.mark.django_db

LOG_IN = "/accounts/oidc/acme/login/"


@pytest.fixture
def provider(settings: Any) -> Iterator[FakeOpenIdProvider]:
    with open_id_provider() as provider:
        app = {
            "provider_id": "acme",
            "name": "Acme",
            "client_id": CLIENT_ID,
            "secret": SECRET,
            "settings": {"server_url": provider.url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield provider


def log_in(client: Client, provider: FakeOpenIdProvider) -> Any:
    asked = client.get(LOG_IN)
    assert asked.status_code == 302
    assert asked["Location"].startswith(f"{provider.url}/authorize?")
    back = urlsplit(provider.answer_to(asked["Location"]))
    return client.get(f"{back.path}?{back.query}")


def test_a_new_person_gets_an_account_and_a_workspace(client: Client, provider: FakeOpenIdProvider) -> None:
    answer = log_in(client, provider)
    assert answer["Location"] == "/start/"
    dora = User.objects.get(email="dora@example.com")
    assert client.session["_auth_user_id"] == str(dora.pk)
    assert Tenant.objects.filter(members=dora).count() == 1
    assert EmailAddress.objects.get(user=dora).verified
    assert provider.token_forms[0]["code_verifier"]


def test_the_same_person_comes_back_to_the_same_account(provider: FakeOpenIdProvider) -> None:
    log_in(Client(), provider)
    provider.claims["email"] = "dora@new.example"
    again = Client()
    log_in(again, provider)
    assert User.objects.count() == 1
    assert "_auth_user_id" in again.session


def test_an_address_of_another_account_does_not_open_it(
    client: Client, provider: FakeOpenIdProvider, alice: User
) -> None:
    provider.claims["email"] = alice.email
    log_in(client, provider)
    assert "_auth_user_id" not in client.session
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_an_address_that_the_provider_has_not_checked_is_confirmed_first(
    client: Client, provider: FakeOpenIdProvider
) -> None:
    provider.claims["email_verified"] = False
    log_in(client, provider)
    assert "_auth_user_id" not in client.session
    assert [message.to for message in mail.outbox] == [["dora@example.com"]]


def test_an_answer_of_another_browser_is_refused(client: Client, provider: FakeOpenIdProvider) -> None:
    back = urlsplit(provider.answer_to(client.get(LOG_IN)["Location"]))
    stranger = Client()
    answer = stranger.get(f"{back.path}?{back.query}")
    assert "_auth_user_id" not in stranger.session
    assert "That did not work" in answer.content.decode()


def test_a_provider_that_is_down_is_said_plainly(client: Client, provider: FakeOpenIdProvider) -> None:
    provider.is_down = True
    page = log_in(client, provider).content.decode()
    assert "That did not work" in page
    assert "_auth_user_id" not in client.session


def test_the_button_is_there_only_where_a_provider_is_configured(client: Client, settings: Any) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert "/accounts/oidc/" not in client.get(path).content.decode()
    assert client.get(LOG_IN).status_code == 404


def test_the_button_bears_the_providers_name(client: Client, provider: FakeOpenIdProvider) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        page = client.get(path).content.decode()
        assert f'href="{LOG_IN}"' in page
        assert "Continue with Acme" in page


def test_providers_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    one = (
        '[{"id": "google", "name": "Google", "server_url": "https://accounts.google.com",'
        ' "client_id": "c", "secret": "s"}]'
    )
    monkeypatch.setitem(Environment.ENVIRON, "OIDC_PROVIDERS", one)
    [app] = Environment().open_id_providers("OIDC_PROVIDERS")
    assert app["provider_id"] == "google"
    assert app["settings"] == {"server_url": "https://accounts.google.com"}


@pytest.mark.parametrize(
    "value",
    [
        "google",
        "{}",
        '[{"id": "google"}]',
        '[{"id": "a b", "name": "A", "server_url": "https://a.example", "client_id": "c", "secret": "s"}]',
        '[{"id": "a", "name": "A", "server_url": "a.example", "client_id": "c", "secret": "hunter2"}]',
    ],
)
def test_a_malformed_list_of_providers_stops_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Environment.ENVIRON, "OIDC_PROVIDERS", value)
    with pytest.raises(ImproperlyConfigured, match="OIDC_PROVIDERS") as found:
        Environment().open_id_providers("OIDC_PROVIDERS")
    assert "hunter2" not in str(found.value)
