import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps.registry import Apps
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from providers.encryption import decrypt, encrypt
from providers.errors import SecretUnreadable
from providers.fields import EncryptedText, EncryptedTextField
from providers.models import Credential
from providers.services import encrypted_fields, rotate_encrypted_fields

pytestmark = pytest.mark.django_db
SECRET = "sk-a-key-that-nobody-sees-1234"


@pytest.fixture
def with_another_model() -> Iterator[tuple[Apps, Any]]:
    """A registry with a model of another app that has two encrypted fields, and its table."""
    with isolate_apps("overlay") as registry:
        assert registry is not None

        class Door(models.Model):
            first = EncryptedTextField()
            second = EncryptedTextField(null=True)  # type: ignore[misc]

            class Meta:
                app_label = "overlay"
                db_table = "test_door"

        with connection.schema_editor() as editor:
            editor.create_model(Door)
        yield registry, Door


def test_the_column_holds_ciphertext_and_the_value_shows_nothing(with_another_model: Any) -> None:
    _, door = with_another_model
    door.objects.create(first=EncryptedText.of(SECRET))
    with connection.cursor() as cursor:
        cursor.execute("SELECT first, second FROM test_door")
        [(first, second)] = cursor.fetchall()
    assert decrypt(first) == SECRET
    assert SECRET not in first
    assert second is None
    row = door.objects.get()
    assert (row.first.reveal(), row.second) == (SECRET, None)
    shown = f"{row.first} {row.first!r} {vars(row)}"
    assert SECRET not in shown
    assert first not in shown


def test_a_plain_string_is_never_stored(with_another_model: Any) -> None:
    _, door = with_another_model
    with pytest.raises(TypeError, match="EncryptedText"):
        door.objects.create(first=SECRET)
    with pytest.raises(TypeError, match="EncryptedText"):
        door.objects.filter(first=SECRET).exists()


def test_a_dump_holds_ciphertext_and_loads_again(with_another_model: Any) -> None:
    _, door = with_another_model
    door.objects.create(first=EncryptedText.of(SECRET), second=None)
    dumped = serializers.serialize("json", door.objects.all())
    assert SECRET not in dumped
    [fields] = [each["fields"] for each in json.loads(dumped)]
    assert decrypt(fields["first"]) == SECRET
    assert door._meta.get_field("first").to_python(fields["first"]).reveal() == SECRET


def test_rotation_covers_every_encrypted_field_of_every_app(with_another_model: Any, settings: Any) -> None:
    registry, door = with_another_model
    door.objects.create(first=EncryptedText.of(SECRET), second=EncryptedText.of("b"))
    door.objects.create(first=EncryptedText.of("c"))
    new, old = Fernet.generate_key().decode(), settings.FIELD_ENCRYPTION_KEYS[0]
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert rotate_encrypted_fields(registry) == (3, 0)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    first, second = door.objects.order_by("pk")
    assert (first.first.reveal(), first.second.reveal(), second.first.reveal()) == (SECRET, "b", "c")
    assert second.second is None


def test_the_command_rotates_the_fields_of_the_installed_apps() -> None:
    assert Credential._meta.get_field("secret") in list(encrypted_fields())


def test_a_secret_that_no_key_reads_is_told_of_and_left_as_it_is(
    with_another_model: Any, settings: Any
) -> None:
    registry, door = with_another_model
    door.objects.create(first=EncryptedText("broken"), second=EncryptedText.of("b"))
    assert rotate_encrypted_fields(registry) == (1, 1)
    assert door.objects.get().first.ciphertext == "broken"


@pytest.mark.parametrize("broken", ["", "no token", "é", encrypt])
def test_a_broken_ciphertext_is_a_fault_with_a_name(broken: Any, settings: Any) -> None:
    if callable(broken):
        broken = broken("x")
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SecretUnreadable):
        decrypt(broken)


def test_the_command_says_how_many_and_fails_for_those_it_cannot_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = StringIO()
    call_command("rotate_field_keys", stdout=said)
    assert "0 secrets" in said.getvalue()
    monkeypatch.setattr(
        "providers.management.commands.rotate_field_keys.rotate_encrypted_fields", lambda: (1, 2)
    )
    with pytest.raises(CommandError, match="2 secrets"):
        call_command("rotate_field_keys", stdout=StringIO())
