from uuid import UUID

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled

from providers.models import Credential
from providers.services import save_credential
from speech.models import Pronunciation, VoiceProfile
from speech.services.voices import Provider, create_voice
from tenants.models import Membership, Tenant, User
from tests.speech.pages.samples import KEY, SENT, ClientFor

pytestmark = pytest.mark.usefixtures("redis_client")


ROUTES = [
    ("get", "/voices/{voice}/"),
    ("post", "/voices/{voice}/"),
    ("post", "/voices/{voice}/duplicate/"),
    ("post", "/voices/{voice}/delete/"),
    ("post", "/voices/{voice}/measure/"),
    ("post", "/voices/words/{pronunciation}/"),
    ("post", "/voices/words/{pronunciation}/delete/"),
    ("post", "/voices/words/{pronunciation}/hear/"),
]
WITHOUT_ROW = [
    ("get", "/voices/new/"),
    ("post", "/voices/preview/"),
    ("post", "/voices/words/add/"),
    ("post", "/voices/words/paste/"),
]
KEYS = [
    ("get", "/voices/keys/"),
    ("post", "/voices/keys/openai/"),
    ("post", "/voices/keys/openai/try/"),
    ("post", "/voices/keys/openai/remove/"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_charlie_finds_nothing_of_alices(
    charlie: User,
    other_tenant: Tenant,
    voice: VoiceProfile,
    pronunciation: Pronunciation,
    client_for: ClientFor,
    method: str,
    path: str,
) -> None:
    client = client_for(charlie)
    for ids in (
        {"voice": voice.id, "pronunciation": pronunciation.id},
        dict.fromkeys(("voice", "pronunciation"), UUID(int=1)),
    ):
        assert getattr(client, method)(path.format(**ids), SENT).status_code == 404


def test_charlie_previews_with_no_voice_of_alices(
    charlie: User, other_tenant: Tenant, voice: VoiceProfile, client_for: ClientFor
) -> None:
    client = client_for(charlie)
    assert client.post("/voices/preview/", {"voice": str(voice.id), "text": "ciao"}).status_code == 404
    with scope(tenant=other_tenant):
        own = create_voice(tenant=other_tenant, name="C", provider=Provider.ESPEAK, language="it")
    page = client.post(f"/voices/{own.id}/", {**SENT, "backup": str(voice.id)})
    assert "errorlist" in page.content.decode()
    assert "Nota" not in client.get("/voices/").content.decode()


def test_charlies_key_is_not_alices(
    charlie: User, other_tenant: Tenant, tenant: Tenant, client_for: ClientFor
) -> None:
    with scope(tenant=tenant):
        save_credential(tenant=tenant, kind=Credential.Kind.VOICE, provider=Provider.OPENAI, secret=KEY)
    client = client_for(charlie)
    assert "9876" not in client.get("/voices/keys/").content.decode()
    assert client.post("/voices/keys/openai/try/").status_code == 404
    client.post("/voices/keys/openai/remove/")
    with scopes_disabled():
        assert Credential.objects.count() == 1


@pytest.mark.parametrize(("method", "path"), [*ROUTES, *WITHOUT_ROW, *KEYS])
def test_bob_who_looks_on_may_not(
    bob: User,
    voice: VoiceProfile,
    pronunciation: Pronunciation,
    client_for: ClientFor,
    method: str,
    path: str,
) -> None:
    answer = getattr(client_for(bob), method)(path.format(voice=voice.id, pronunciation=pronunciation.id))
    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "path"), KEYS)
def test_an_editor_has_no_business_with_keys(
    bob: User, tenant: Tenant, client_for: ClientFor, method: str, path: str
) -> None:
    Membership.objects.filter(user=bob).update(role=Membership.Role.EDITOR)
    assert getattr(client_for(bob), method)(path).status_code == 403
    assert "/voices/keys/" not in client_for(bob).get("/voices/").content.decode()


@pytest.mark.parametrize("path", ["/voices/", "/voices/words/"])
def test_bob_sees_the_lists_without_buttons(
    bob: User, voice: VoiceProfile, pronunciation: Pronunciation, client_for: ClientFor, path: str
) -> None:
    page = client_for(bob).get(path).content.decode().partition("<main")[2]
    assert "Nota" in page or "naichi" in page
    assert "<form" not in page


@pytest.mark.parametrize("path", ["/voices/", "/voices/words/", "/voices/keys/"])
def test_a_visitor_is_sent_to_the_log_in_page(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
