import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib import admin
from django.db import IntegrityError, transaction
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError

from providers.errors import AddressFault, AddressRefused
from providers.fields import EncryptedText
from providers.models import Credential
from providers.querysets import TenantCredential, credentials_of, readable_credentials
from providers.services import (
    address_refusal_text,
    check_address,
    delete_credential,
    record_check,
    rotate_encrypted_fields,
    save_credential,
)
from providers.signals import credential_changed
from tenants.models import Tenant

KEY = "sk-a-key-that-nobody-sees-1234"
VOICE = Credential.Kind.VOICE
CheckResult = Credential.CheckResult

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(tenant: Tenant) -> Credential:
    with scope(tenant=tenant):
        return save_credential(tenant=tenant, kind=VOICE, provider="openai", secret=KEY)


@pytest.fixture
def changes() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def hear(signal: Any, sender: Any, **arguments: Any) -> None:
        heard.append(arguments)

    credential_changed.connect(hear)
    yield heard
    credential_changed.disconnect(hear)


def stored() -> Credential:
    with scopes_disabled():
        return Credential.objects.get()


def readable(tenant: Tenant) -> TenantCredential:
    found = readable_credentials(tenant.id, VOICE)["openai"]
    assert found is not None
    return found


def test_only_the_ciphertext_and_how_the_key_ends_are_stored(
    own: Credential, caplog: pytest.LogCaptureFixture
) -> None:
    row = stored()
    assert row.last_four == "1234"
    assert row.secret.reveal() == KEY
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("any").warning("%s %r %s", row, row, vars(row))
    assert KEY not in caplog.text
    assert row.secret.ciphertext not in caplog.text


def test_a_short_key_does_not_show_its_end(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        row = save_credential(tenant=tenant, kind=VOICE, provider="openai", secret="short-key")
    assert row.last_four == ""


def test_a_readable_key_does_not_show_itself(own: Credential, tenant: Tenant) -> None:
    with scope(tenant=tenant):
        key = readable_credentials(tenant.id, VOICE)["openai"]
    assert key is not None
    assert key.secret == KEY
    assert KEY not in repr(key)


def test_a_key_that_cannot_be_read_any_more_is_none(own: Credential, tenant: Tenant, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with scope(tenant=tenant):
        assert readable_credentials(tenant.id, VOICE) == {"openai": None}


def test_a_key_is_no_business_of_the_staffs_pages() -> None:
    assert Credential not in admin.site._registry


def test_a_second_key_takes_the_place_of_the_first_and_a_deleted_one_is_gone(
    own: Credential, tenant: Tenant
) -> None:
    with scope(tenant=tenant):
        save_credential(tenant=tenant, kind=VOICE, provider="openai", secret="sk-another-key-5678")
        assert stored().last_four == "5678"
        delete_credential(tenant=tenant, kind=VOICE, provider="openai")
        assert readable_credentials(tenant.id, VOICE) == {}


def test_the_database_holds_one_key_a_provider_and_kind(own: Credential, tenant: Tenant) -> None:
    with scopes_disabled(), pytest.raises(IntegrityError), transaction.atomic():
        Credential.objects.create(tenant=tenant, kind=VOICE, provider="openai", secret=EncryptedText("x"))


def test_one_workspace_never_reads_anothers_key(
    own: Credential, tenant: Tenant, other_tenant: Tenant
) -> None:
    with scope(tenant=other_tenant):
        assert list(Credential.objects.all()) == []
        delete_credential(tenant=other_tenant, kind=VOICE, provider="openai")
    with scopes_disabled():
        assert list(credentials_of(other_tenant.id, VOICE)) == []
        assert list(credentials_of(tenant.id, VOICE)) == [own]
    with pytest.raises(ScopeError):
        Credential.objects.count()


def test_the_apps_above_hear_of_a_change_once_it_is_committed(
    tenant: Tenant, changes: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    said = {"tenant_id": tenant.id, "kind": VOICE, "provider": "openai"}
    with scope(tenant=tenant):
        with django_capture_on_commit_callbacks(execute=True):
            save_credential(tenant=tenant, kind=VOICE, provider="openai", secret=KEY)
            assert changes == []
        with django_capture_on_commit_callbacks(execute=True):
            delete_credential(tenant=tenant, kind=VOICE, provider="openai")
    assert changes == [said, said]


def test_a_check_is_stored_with_its_time_and_is_no_change_of_the_key(own: Credential, tenant: Tenant) -> None:
    with scope(tenant=tenant):
        record_check(credential=readable(tenant), result=CheckResult.REFUSED)
    row = stored()
    assert row.check_result == CheckResult.REFUSED
    assert row.checked_at is not None
    assert row.changed_at == own.changed_at


def test_a_new_key_has_not_been_checked(own: Credential, tenant: Tenant) -> None:
    with scope(tenant=tenant):
        record_check(credential=readable(tenant), result=CheckResult.WORKS)
        save_credential(tenant=tenant, kind=VOICE, provider="openai", secret=KEY)
    assert (stored().check_result, stored().checked_at) == ("", None)


def test_a_check_of_a_key_that_was_replaced_meanwhile_says_nothing_of_the_new_one(
    own: Credential, tenant: Tenant
) -> None:
    with scope(tenant=tenant):
        tried = readable(tenant)
        save_credential(tenant=tenant, kind=VOICE, provider="openai", secret="sk-another-key-5678")
        record_check(credential=tried, result=CheckResult.WORKS)
    assert stored().check_result == ""


def test_rotation_changes_the_ciphertext_and_nothing_else(own: Credential, settings: Any) -> None:
    before = stored()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    assert rotate_encrypted_fields() == (1, 0)
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    after = stored()
    assert after.secret.reveal() == KEY
    assert after.changed_at == before.changed_at, "lives keep their connections"


@pytest.mark.parametrize(
    "address",
    [
        "http://8.8.8.8",
        "https://127.0.0.1",
        "https://[::1]",
        "https://[::127.0.0.1]",
        "https://[::ffff:0:7f00:1]",
        "https://8.8.8.8:22",
        "https://169.254.169.254/latest",
        "https://localhost",
        "https://user:secret@8.8.8.8",
    ],
)
def test_a_private_address_is_not_stored(address: str, tenant: Tenant) -> None:
    with scope(tenant=tenant):
        with pytest.raises(AddressRefused) as refusal:
            save_credential(tenant=tenant, kind=VOICE, provider="openai", secret=KEY, base_url=address)
        assert str(refusal.value) == address_refusal_text(refusal.value.fault)
        assert not Credential.objects.exists()


@pytest.mark.parametrize("fault", AddressFault)
def test_every_refusal_has_words_for_the_user(fault: AddressFault) -> None:
    assert address_refusal_text(fault).endswith((".", "?"))


def test_a_public_address_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", ("8.8.8.8", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    check_address("https://voices.example/v1")
    check_address("")
