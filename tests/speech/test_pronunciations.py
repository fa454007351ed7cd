import pytest
from django_scopes import scope

from speech.errors import PronunciationConflict
from speech.models import Pronunciation, VoiceProfile
from speech.services.pronunciations import (
    add_pronunciation,
    change_pronunciation,
    import_pronunciations,
    pronunciations_for,
)
from speech.services.voice_resolution import resolve_voices
from tenants.models import Tenant

pytestmark = pytest.mark.django_db


def test_a_word_of_the_language_goes_before_one_for_all(tenant: Tenant, other_tenant: Tenant) -> None:
    with scope(tenant=tenant):
        add_pronunciation(tenant=tenant, written="GPT", spoken="gi pi ti")
        add_pronunciation(tenant=tenant, written="gpt", spoken="gee pee tee", language="en")
        assert pronunciations_for(tenant.id, "it") == {"gpt": "gi pi ti"}
        assert pronunciations_for(tenant.id, "en-GB") == {"gpt": "gee pee tee"}
    with scope(tenant=other_tenant):
        assert pronunciations_for(other_tenant.id, "it") == {}


def test_a_live_is_lineup_with_the_words_of_its_workspace(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        add_pronunciation(tenant=tenant, written="@la.sera", spoken="la sera")
        lineup = resolve_voices(VoiceProfile(tenant=tenant, provider="espeak", language="it"))
    assert lineup.pronunciations_in("it") == {"@la.sera": "la sera"}


def test_a_word_is_there_once_in_each_language_whatever_its_case(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        add_pronunciation(tenant=tenant, written="Nike", spoken="naichi")
        with pytest.raises(PronunciationConflict, match="NIKE"):
            add_pronunciation(tenant=tenant, written="NIKE", spoken="naic")
        other = add_pronunciation(tenant=tenant, written="Nike", spoken="naic", language="it")
        with pytest.raises(PronunciationConflict):
            change_pronunciation(pronunciation=other, language="")
        assert Pronunciation.objects.count() == 2


def test_there_is_a_most(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speech.services.pronunciations.MAX_PRONUNCIATIONS", 1)
    with scope(tenant=tenant):
        add_pronunciation(tenant=tenant, written="uno", spoken="uno")
        with pytest.raises(PronunciationConflict, match="at most 1"):
            add_pronunciation(tenant=tenant, written="due", spoken="due")


def test_what_is_pasted_is_kept_line_by_line_and_what_is_wrong_comes_back_with_its_number(
    tenant: Tenant,
) -> None:
    text = "Nike = naichi\n\nsenza segno\n = niente\nNIKE=naic\n  IKEA  =  ichèa \nx = " + "y" * 161
    with scope(tenant=tenant):
        kept, problems = import_pronunciations(tenant=tenant, text=text)
        assert pronunciations_for(tenant.id, "it") == {"nike": "naichi", "ikea": "ichèa"}
    assert kept == 2
    assert [problem.line for problem in problems] == [3, 4, 5, 7]
    assert problems[0].text == "senza segno"
