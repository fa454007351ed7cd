import logging
import socket
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib import admin
from django.core.management import CommandError, call_command
from django_scopes import scope, scopes_disabled

from speech.encryption import decrypt, encrypt
from speech.errors import AddressRefused, KeyUnreadable
from speech.models import ProviderKey, VoiceProfile
from speech.services.keys import own_keys, refuse_private, remove_key, set_key
from speech.services.voice_resolution import resolve_voices
from speech.services.voices import Provider, resolve_voice
from tenants.models import Tenant

KEY = "sk-a-key-that-nobody-sees-1234"

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(tenant: Tenant) -> ProviderKey:
    with scope(tenant=tenant):
        return set_key(tenant=tenant, provider=Provider.OPENAI, key=KEY)


def stored() -> ProviderKey:
    with scopes_disabled():
        return ProviderKey.objects.get()


def test_only_the_ciphertext_and_how_the_key_ends_are_stored(own: ProviderKey) -> None:
    row = stored()
    assert row.last_four == "1234"
    assert not any(KEY in str(value) for value in vars(row).values())
    assert decrypt(row.ciphertext) == KEY
    assert KEY not in f"{row} {row!r}"


def test_a_readable_key_does_not_show_itself(own: ProviderKey, tenant: Tenant) -> None:
    with scope(tenant=tenant):
        key = own_keys(tenant.id)[Provider.OPENAI]
    assert key is not None
    assert key.key == KEY
    assert KEY not in repr(key)


def test_a_key_is_no_business_of_the_staffs_pages() -> None:
    assert ProviderKey not in admin.site._registry


def test_a_second_key_takes_the_place_of_the_first_and_a_removed_one_is_gone(
    own: ProviderKey, tenant: Tenant
) -> None:
    with scope(tenant=tenant):
        set_key(tenant=tenant, provider=Provider.OPENAI, key="sk-another-key-5678")
        assert stored().last_four == "5678"
        remove_key(tenant=tenant, provider=Provider.OPENAI)
        assert own_keys(tenant.id) == {}


def test_a_new_key_of_the_set_reads_the_old_and_rotation_makes_the_old_one_needless(
    own: ProviderKey, settings: Any
) -> None:
    new, old = Fernet.generate_key().decode(), settings.FIELD_ENCRYPTION_KEYS[0]
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert decrypt(stored().ciphertext) == KEY
    changed_at = stored().changed_at
    said = StringIO()
    call_command("rotate_field_keys", stdout=said)
    assert "1 keys" in said.getvalue()
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert decrypt(stored().ciphertext) == KEY
    assert stored().changed_at == changed_at, "lives keep their connections"


def test_a_key_that_no_key_of_the_set_reads_is_told_of_and_left_as_it_is(
    own: ProviderKey, settings: Any
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    before = stored().ciphertext
    with pytest.raises(CommandError, match="1 keys"):
        call_command("rotate_field_keys", stdout=StringIO())
    assert stored().ciphertext == before


@pytest.mark.parametrize("broken", ["", "no token", "é", encrypt])
def test_a_broken_ciphertext_is_a_fault_with_a_name(broken: Any, settings: Any) -> None:
    if callable(broken):
        broken = broken("x")
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(KeyUnreadable):
        decrypt(broken)


def test_a_voice_whose_own_key_is_broken_is_passed_over_and_never_spoken_with_the_shared_one(
    own: ProviderKey, tenant: Tenant, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OPENAI_API_KEY = "shared"
    with scope(tenant=tenant):
        ProviderKey.objects.update(ciphertext="broken")
        voice = VoiceProfile(tenant=tenant, provider=Provider.OPENAI, language="it")
        with caplog.at_level(logging.WARNING):
            places = resolve_voices(voice).places
    assert [place.provider for place in places] == ["espeak"]
    assert "unreadable" in caplog.text


def test_the_best_voice_counts_the_workspaces_own_keys(own: ProviderKey, tenant: Tenant) -> None:
    voice = VoiceProfile(tenant=tenant, provider=Provider.AUTO, language="it")
    assert resolve_voice(voice)[0] == "espeak"
    with scope(tenant=tenant):
        (first, last) = resolve_voices(voice).places
    assert (first.provider, last.provider) == ("openai", "espeak")
    assert first.own is not None
    assert last.own is None


def test_one_workspaces_cast_never_holds_anothers_key(
    own: ProviderKey, tenant: Tenant, other_tenant: Tenant
) -> None:
    with scopes_disabled():  # as a worker reads
        set_key(tenant=other_tenant, provider=Provider.ELEVENLABS, key="charlies-own-key")
        for owner, provider in ((tenant, "openai"), (other_tenant, "elevenlabs")):
            places = resolve_voices(VoiceProfile(tenant=owner, provider="auto", language="it")).places
            assert [place.provider for place in places] == [provider, "espeak"]
            assert {place.own.tenant_id for place in places if place.own} == {owner.id}


@pytest.mark.parametrize(
    "address",
    [
        "http://8.8.8.8",
        "https://127.0.0.1",
        "https://[::1]",
        "https://10.0.0.1/v1",
        "https://169.254.169.254/latest",
        "https://localhost",
        "https://user:secret@8.8.8.8",
        "https://",
        "https://8.8.8.8:notaport",
        "ftp://8.8.8.8",
        "https://8.8.8.8/?x=1",
    ],
)
def test_an_address_that_leads_inside_is_refused_in_words(address: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        refuse_private(address)
    assert str(refusal.value)


def test_a_name_is_refused_when_one_of_its_addresses_leads_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (ip, port)) for ip in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with pytest.raises(AddressRefused):
        refuse_private("https://voices.example")


def test_a_public_address_is_taken() -> None:
    refuse_private("https://8.8.8.8/v1")
    refuse_private("")
