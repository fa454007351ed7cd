from typing import Any

import pytest
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from livesessions.shows.services.shows import change_show
from speech.models import Pronunciation, VoiceProfile
from speech.services.voices import Provider, create_voice
from tenants.models import Tenant, User
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.speech.pages.samples import HOSTILE, SENT, ClientFor

pytestmark = pytest.mark.usefixtures("redis_client")


def stored(voice: VoiceProfile) -> VoiceProfile:
    with scopes_disabled():
        return VoiceProfile.objects.get(id=voice.id)


def test_the_list_says_who_speaks_where_and_after_whom(
    alice: User, show: Show, voice: VoiceProfile, client_for: ClientFor
) -> None:
    page = client_for(alice).get("/voices/").content.decode()
    assert show.name in page
    assert "not used in any show yet" in page
    assert "eSpeak NG" in page
    assert "Not measured yet" in page


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
    assert "Choose another backup" in client_for(alice).post(f"/voices/{voice.id}/", sent).content.decode()
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
    alice: User, voice: VoiceProfile, pronunciation: Pronunciation, client_for: ClientFor
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


def test_a_preview_without_the_fields_of_a_voice_names_them(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    answer = client_for(alice).post("/voices/preview/", {"text": "Ciao"})
    assert answer.status_code == 200
    assert "<audio" not in answer.content.decode()


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


def test_a_voice_is_copied_and_one_of_a_show_stays_with_it(
    alice: User, show: Show, voice: VoiceProfile, client_for: ClientFor
) -> None:
    client = client_for(alice)
    client.post(f"/voices/{voice.id}/duplicate/")
    with scope(tenant=voice.tenant):
        copy = VoiceProfile.objects.get(name="Nota (copy)")
    with scope(tenant=voice.tenant):
        change_show(show=show, voice=voice)
    refused = client.post(f"/voices/{voice.id}/delete/", follow=True).content.decode()
    assert "speaks with Nota" in refused
    client.post(f"/voices/{copy.id}/delete/")
    with scope(tenant=voice.tenant):
        assert not VoiceProfile.objects.filter(id=copy.id).exists()
