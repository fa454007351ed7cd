from typing import Any

import pytest
from cryptography.fernet import Fernet
from django_scopes import scope, scopes_disabled

from providers.models import Credential
from providers.services import save_credential
from speech.services.voices import Provider
from tenants.models import Tenant, User
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.speech.pages.samples import KEY, ClientFor

pytestmark = pytest.mark.usefixtures("redis_client")


def test_a_key_is_kept_tried_and_removed_and_never_shown(
    alice: User, tenant: Tenant, client_for: ClientFor, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_for(alice)
    with FakeElevenLabs() as server:
        settings.ELEVENLABS_BASE_URL = server.url
        pages = [
            client.post("/voices/keys/elevenlabs/", {"key": f" {KEY} "}, follow=True),
            client.post("/voices/keys/elevenlabs/try/", follow=True),
        ]
        for status in (429, 401):
            server.fail(status)
            pages.append(client.post("/voices/keys/elevenlabs/try/", follow=True))
    texts = [page.content.decode() for page in pages]
    assert "…9876" in texts[0]
    assert "The key works" in texts[1]
    assert "the quota is used up" in texts[2]
    assert "Last tried" not in texts[0]
    assert "It works" in texts[1]
    assert "The service did not answer as it should" in texts[2]
    assert "The service refused the key" in texts[3]
    assert server.asked[0].headers["xi-api-key"] == KEY
    assert not any(KEY in text for text in [*texts, caplog.text])
    client.post("/voices/keys/elevenlabs/remove/")
    with scopes_disabled():
        assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("provider", "sent"),
    [
        ("openai", {"key": "short"}),
        ("openai", {"key": "a key with spaces"}),
        ("azure", {"key": KEY}),
        ("azure", {"key": KEY, "region": "../evil"}),
        ("openai", {"key": KEY, "base_url": "https://169.254.169.254/"}),
        ("openai", {"key": KEY, "base_url": "http://8.8.8.8/"}),
        ("elevenlabs", {"key": KEY, "base_url": "https://localhost/"}),
    ],
)
def test_what_is_no_key_or_leads_inside_is_refused_and_not_shown_again(
    alice: User, tenant: Tenant, client_for: ClientFor, provider: str, sent: dict[str, str]
) -> None:
    answer = client_for(alice).post(f"/voices/keys/{provider}/", sent)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert sent["key"] not in answer.content.decode()
    with scopes_disabled():
        assert not Credential.objects.exists()


def test_a_key_that_cannot_be_read_any_more_is_an_error_in_words(
    alice: User, tenant: Tenant, client_for: ClientFor, settings: Any
) -> None:
    with scope(tenant=tenant):
        save_credential(tenant=tenant, kind=Credential.Kind.VOICE, provider=Provider.OPENAI, secret=KEY)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    client = client_for(alice)
    assert "cannot be read any more" in client.get("/voices/keys/").content.decode()
    tried = client.post("/voices/keys/openai/try/", follow=True).content.decode()
    assert "Enter it again." in tried
    assert client.get("/voices/new/").status_code == 200
