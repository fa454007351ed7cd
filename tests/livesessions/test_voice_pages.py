from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from providers.models import Credential
from providers.services import save_credential
from speech.models import Pronunciation, VoiceProfile
from speech.services.pronunciations import add_word
from speech.services.voices import Provider, create_voice
from tenants.models import Membership, Tenant, User
from tests.fakes.elevenlabs import FakeElevenLabs

ClientFor = Callable[[User], Client]
HOSTILE = "<script>alert(1)</script>"
KEY = "sk-nobody-sees-this-9876"
SENT: dict[str, Any] = {
    "name": "Annie",
    "provider": "espeak",
    "language": "it",
    "voice_id": "Annie",
    "speed": "1.2",
    "pitch": "-0.3",
    "backup": "",
}

pytestmark = pytest.mark.usefixtures("redis_client")


@pytest.fixture
def voice(tenant: Tenant) -> VoiceProfile:
    with scope(tenant=tenant):
        return create_voice(tenant=tenant, name="Nota", provider=Provider.ESPEAK, language="it")


@pytest.fixture
def word(tenant: Tenant) -> Pronunciation:
    with scope(tenant=tenant):
        return add_word(tenant=tenant, written="Nike", spoken="naichi")


def stored(voice: VoiceProfile) -> VoiceProfile:
    with scopes_disabled():
        return VoiceProfile.objects.get(id=voice.id)


def test_the_list_says_who_speaks_where_and_after_whom(
    alice: User, show: Show, voice: VoiceProfile, client_for: ClientFor
) -> None:
    page = client_for(alice).get("/voices/").content.decode()
    assert show.name in page
    assert "in no show yet" in page
    assert "eSpeak NG" in page
    assert "not yet heard" in page


def test_a_voice_is_made_and_changed_on_its_page(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    client = client_for(alice)
    answer = client.post("/voices/new/", SENT)
    with scope(tenant=tenant):
        made = VoiceProfile.objects.get(name="Annie")
    assert answer["Location"] == f"/voices/{made.id}/"
    assert (made.speed, made.pitch, made.voice_id) == (1.2, -0.3, "Annie")
    client.post(f"/voices/{made.id}/", {**SENT, "name": HOSTILE, "speed": "9"})
    assert (stored(made).name, stored(made).speed) == (HOSTILE, 2.0)
    page = client.get(f"/voices/{made.id}/").content.decode()
    assert HOSTILE not in page
    assert '<option value="Annie" selected>' in page
    assert "(needs a key)" in page
    assert "(not installed here)" in page


def test_another_sound_is_not_yet_heard_and_another_name_is(
    alice: User, voice: VoiceProfile, client_for: ClientFor
) -> None:
    with scope(tenant=voice.tenant):
        VoiceProfile.objects.update(loudness_lufs=-21.34, loudness_heard_s=34.0)
    client = client_for(alice)
    assert "measured: -21.3 LUFS from 34 s" in client.get(f"/voices/{voice.id}/").content.decode()
    same = {**SENT, "voice_id": "", "speed": "1", "pitch": "0"}
    client.post(f"/voices/{voice.id}/", same)
    assert stored(voice).loudness_lufs is not None
    client.post(f"/voices/{voice.id}/", {**same, "voice_id": "Annie"})
    assert stored(voice).loudness_lufs is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("provider", "azure"), ("provider", "x"), ("voice_id", "<b>"), ("speed", "fast")],
)
def test_what_does_not_fit_is_refused(
    alice: User, voice: VoiceProfile, client_for: ClientFor, field: str, value: str
) -> None:
    page = client_for(alice).post(f"/voices/{voice.id}/", {**SENT, field: value}).content.decode()
    assert "errorlist" in page
    assert stored(voice).name == "Nota"


def test_a_circle_is_refused_in_words(alice: User, voice: VoiceProfile, client_for: ClientFor) -> None:
    with scope(tenant=voice.tenant):
        other = create_voice(
            tenant=voice.tenant, name="B", provider=Provider.AUTO, language="it", backup=voice
        )
    sent = {**SENT, "backup": str(other.id)}
    assert "would be a circle" in client_for(alice).post(f"/voices/{voice.id}/", sent).content.decode()
    assert stored(voice).backup_id is None


def test_another_provider_brings_its_own_voices_and_ranges(
    alice: User, voice: VoiceProfile, client_for: ClientFor, settings: Any
) -> None:
    settings.OPENAI_API_KEY = "key"
    sent = {**SENT, "provider": "openai", "refresh": "1"}
    part = client_for(alice).post(f"/voices/{voice.id}/", sent, headers={"HX-Request": "true"})
    page = part.content.decode()
    assert "<html" not in page
    assert '<option value="coral">Coral</option>' in page
    assert "The pitch of OpenAI cannot be changed." in page
    assert "for 1,000 characters" in page
    assert stored(voice).provider == "espeak"


def test_the_voices_of_a_provider_are_asked_for_once_an_hour_and_their_absence_harms_nothing(
    alice: User, tenant: Tenant, client_for: ClientFor, settings: Any
) -> None:
    settings.ELEVENLABS_API_KEY, settings.ELEVENLABS_BASE_URL = "key", "http://127.0.0.1:1"
    page = client_for(alice).post("/voices/new/", {**SENT, "provider": "elevenlabs", "refresh": "1"})
    assert "as its provider writes it" in page.content.decode()


def test_a_sentence_is_heard_read_and_weighed(
    alice: User, voice: VoiceProfile, word: Pronunciation, client_for: ClientFor
) -> None:
    client = client_for(alice)
    sent = {**SENT, "voice": str(voice.id), "text": "Ho 2 Nike"}
    page = client.post("/voices/preview/", sent, headers={"HX-Request": "true"}).content.decode()
    assert "Ho due naichi" in page
    assert "<audio" in page
    assert "LUFS" in page
    assert "nothing" in page
    key = page.partition("/personas/sounds/")[2].partition("/")[0]
    assert client.get(f"/personas/sounds/{key}/").content[:4] == b"RIFF"
    assert stored(voice).voice_id == "", "listening keeps nothing"
    whole = client.post("/voices/preview/", {"voice": str(voice.id), "text": "ciao"})
    assert "<html" in whole.content.decode()


def test_a_voice_that_fails_says_so_in_words(
    alice: User, tenant: Tenant, client_for: ClientFor, settings: Any
) -> None:
    with FakeElevenLabs() as server:
        server.fail(401)
        settings.ELEVENLABS_API_KEY, settings.ELEVENLABS_BASE_URL = "key", server.url
        sent = {**SENT, "provider": "elevenlabs", "text": "ciao"}
        page = client_for(alice).post("/voices/preview/", sent, headers={"HX-Request": "true"})
    assert "ElevenLabs does not accept the key." in page.content.decode()


def test_a_voice_is_measured_at_a_press(alice: User, voice: VoiceProfile, client_for: ClientFor) -> None:
    page = client_for(alice).post(f"/voices/{voice.id}/measure/", follow=True).content.decode()
    assert "measured:" in page
    assert -40 < (stored(voice).loudness_lufs or 0) < -5


def test_a_voice_is_copied_given_to_a_show_and_stays_with_it(
    alice: User, show: Show, voice: VoiceProfile, client_for: ClientFor
) -> None:
    client = client_for(alice)
    client.post(f"/voices/{voice.id}/duplicate/")
    with scope(tenant=voice.tenant):
        copy = VoiceProfile.objects.get(name="Nota (copy)")
    client.post(f"/voices/{voice.id}/shows/", {"show": str(show.id)})
    with scope(tenant=voice.tenant):
        assert Show.objects.get(id=show.id).voice_id == voice.id
    refused = client.post(f"/voices/{voice.id}/delete/", follow=True).content.decode()
    assert "speaks with Nota" in refused
    client.post(f"/voices/{copy.id}/delete/")
    with scope(tenant=voice.tenant):
        assert not VoiceProfile.objects.filter(id=copy.id).exists()


# --- words -------------------------------------------------------------------------------------------


def test_words_are_added_changed_and_deleted(alice: User, word: Pronunciation, client_for: ClientFor) -> None:
    client = client_for(alice)
    client.post("/voices/words/add/", {"written": "IKEA", "spoken": "ichèa", "language": "it"})
    client.post(
        f"/voices/words/{word.id}/", {"written": "Nike", "spoken": HOSTILE.replace("=", ""), "language": ""}
    )
    page = client.get("/voices/words/").content.decode()
    assert "ichèa" in page
    assert HOSTILE not in page
    client.post(f"/voices/words/{word.id}/delete/")
    assert (
        "Nike"
        not in client.get("/voices/words/").content.decode().partition("<main")[2].partition("has been")[2]
    )


def test_a_word_that_is_there_already_is_refused_and_stays_in_the_form(
    alice: User, word: Pronunciation, client_for: ClientFor
) -> None:
    answer = client_for(alice).post("/voices/words/add/", {"written": "NIKE", "spoken": "naic"})
    assert answer.status_code == 422
    assert "is there already" in answer.content.decode()
    assert 'value="naic"' in answer.content.decode()


def test_pasted_lines_that_are_wrong_come_back_with_their_numbers(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    answer = client_for(alice).post("/voices/words/paste/", {"lines": "Nike = naichi\nsenza\nIKEA = ichèa"})
    page = answer.content.decode()
    assert "Line 2:" in page
    assert "senza</textarea>" in page
    with scope(tenant=tenant):
        assert Pronunciation.objects.count() == 2


def test_a_word_is_heard(alice: User, word: Pronunciation, client_for: ClientFor) -> None:
    for headers in ({"HX-Request": "true"}, {}):
        page = client_for(alice).post(f"/voices/words/{word.id}/hear/", headers=headers).content.decode()
        assert "/personas/sounds/" in page


# --- keys --------------------------------------------------------------------------------------------


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
    assert "speaks with this key" in texts[1]
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


# --- who may -----------------------------------------------------------------------------------------

ROUTES = [
    ("get", "/voices/{voice}/"),
    ("post", "/voices/{voice}/"),
    ("post", "/voices/{voice}/duplicate/"),
    ("post", "/voices/{voice}/delete/"),
    ("post", "/voices/{voice}/measure/"),
    ("post", "/voices/{voice}/shows/"),
    ("post", "/voices/words/{word}/"),
    ("post", "/voices/words/{word}/delete/"),
    ("post", "/voices/words/{word}/hear/"),
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
    word: Pronunciation,
    client_for: ClientFor,
    method: str,
    path: str,
) -> None:
    client = client_for(charlie)
    for ids in ({"voice": voice.id, "word": word.id}, dict.fromkeys(("voice", "word"), UUID(int=1))):
        assert getattr(client, method)(path.format(**ids), SENT).status_code == 404


def test_charlie_previews_with_no_voice_of_alices_and_gives_it_to_no_show(
    charlie: User, other_tenant: Tenant, voice: VoiceProfile, show: Show, client_for: ClientFor
) -> None:
    client = client_for(charlie)
    assert client.post("/voices/preview/", {"voice": str(voice.id), "text": "ciao"}).status_code == 404
    with scope(tenant=other_tenant):
        own = create_voice(tenant=other_tenant, name="C", provider=Provider.ESPEAK, language="it")
    assert client.post(f"/voices/{own.id}/shows/", {"show": str(show.id)}).status_code == 404
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
    bob: User, voice: VoiceProfile, word: Pronunciation, client_for: ClientFor, method: str, path: str
) -> None:
    answer = getattr(client_for(bob), method)(path.format(voice=voice.id, word=word.id))
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
    bob: User, voice: VoiceProfile, word: Pronunciation, client_for: ClientFor, path: str
) -> None:
    page = client_for(bob).get(path).content.decode().partition("<main")[2]
    assert "Nota" in page or "naichi" in page
    assert "<form" not in page


@pytest.mark.parametrize("path", ["/voices/", "/voices/words/", "/voices/keys/"])
def test_a_visitor_is_sent_to_the_log_in_page(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
