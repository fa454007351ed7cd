from collections.abc import Iterator
from typing import cast
from uuid import UUID

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from providers.addresses import resolve_public_blocking, split_url
from providers.encryption import rotate
from providers.errors import AddressFault, AddressRefused, SecretUnreadable
from providers.fields import EncryptedText, EncryptedTextField
from providers.models import Credential
from providers.querysets import TenantCredential, credentials_of
from providers.signals import credential_changed, secret_rotation_asked
from tenants import audit
from tenants.models import Tenant

SHORTEST_WITH_ENDING = 12  # of a shorter key, four characters would give too much away


@transaction.atomic
def save_credential(
    *,
    tenant: Tenant,
    kind: Credential.Kind,
    provider: str,
    secret: str,
    region: str = "",
    base_url: str = "",
    label: str = "",
    keeps_ending: bool = True,
) -> Credential:
    """Store a workspace's key for a provider in place of the one that was there; it counts as not checked.

    `keeps_ending`: the last four characters are stored readable, so that the key can be recognised.
    Raise `AddressRefused` for an address that is not https or not on the open internet.
    """
    check_address(base_url)
    values = {
        "secret": EncryptedText.of(secret),
        "last_four": secret[-4:] if keeps_ending and len(secret) >= SHORTEST_WITH_ENDING else "",
        "region": region,
        "base_url": base_url,
        "label": label,
        "check_result": "",
        "checked_at": None,
    }
    row: Credential
    row, _made = Credential.objects.update_or_create(
        tenant=tenant, kind=kind, provider=provider, defaults=values
    )
    audit.record("credential.saved", row, detail={"kind": kind, "provider": provider, "base_url": base_url})
    _send_changed(tenant.id, kind, provider)
    return row


@transaction.atomic
def delete_credential(*, tenant: Tenant, kind: Credential.Kind, provider: str) -> None:
    for row in Credential.objects.filter(tenant=tenant, kind=kind, provider=provider):
        audit.record("credential.deleted", row, detail={"kind": kind, "provider": provider})
        row.delete()
    _send_changed(tenant.id, kind, provider)


def record_check(*, credential: TenantCredential, result: Credential.CheckResult) -> None:
    """Store what came of trying a key just now. A key that was replaced meanwhile stays unchecked."""
    rows = credentials_of(credential.tenant_id, credential.kind)
    tried = rows.filter(provider=credential.provider, changed_at=credential.changed_at)
    tried.update(check_result=result, checked_at=timezone.now())


def check_address(base_url: str) -> None:
    """Raise `AddressRefused`, in the user's words, unless an address is empty or public.

    For the one who enters it. A guarded client looks again at each connection.
    """
    if not base_url:
        return
    try:
        resolve_public_blocking(*split_url(base_url))
    except AddressRefused as error:
        raise AddressRefused(address_refusal_text(error.fault), error.fault) from None


def address_refusal_text(fault: AddressFault) -> str:
    """Return why an address is refused and what to do, for the user."""
    match fault:
        case AddressFault.MALFORMED:
            return _("This is not an address.")
        case AddressFault.NOT_HTTPS:
            return _("The address must begin with https:// and contain no password.")
        case AddressFault.PORT:
            return _("The address must use port 443 or 8443.")
        case AddressFault.UNKNOWN_HOST:
            return _("Nobody knows this address. Is it spelt right?")
        case AddressFault.NOT_PUBLIC:
            return _("This address is not on the open internet.")


def rotate_encrypted_fields(registry: Apps = installed_apps) -> tuple[int, int]:
    """Encrypt every stored secret with the first key of the set.

    Return how many secrets were encrypted, and how many cannot be read and were left as they are.
    """
    done = broken = 0
    with transaction.atomic():
        for field in encrypted_fields(registry):
            rotated, unreadable = _rotate_field(field)
            done, broken = done + rotated, broken + unreadable
        for _receiver, answer in secret_rotation_asked.send(sender=None):
            rotated, unreadable = cast("tuple[int, int]", answer)
            done, broken = done + rotated, broken + unreadable
    return done, broken


def encrypted_fields(registry: Apps = installed_apps) -> Iterator[EncryptedTextField]:
    """Yield the encrypted fields of all models that have a table of their own for them."""
    for model in registry.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield from (each for each in model._meta.local_fields if isinstance(each, EncryptedTextField))


def _rotate_field(field: EncryptedTextField) -> tuple[int, int]:
    done = broken = 0
    # The base manager is not scoped to a tenant.
    rows = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
    values = rows.select_for_update().values_list("pk", field.name)
    stored: EncryptedText
    for key, stored in values.iterator():
        try:
            ciphertext = rotate(stored.ciphertext)
        except SecretUnreadable:
            broken += 1
            continue
        # Not `save`: the secret has not changed, and lives go on with the connections that they have.
        field.model._base_manager.filter(pk=key).update(**{field.name: EncryptedText(ciphertext)})
        done += 1
    return done, broken


def _send_changed(tenant_id: UUID, kind: Credential.Kind, provider: str) -> None:
    transaction.on_commit(
        lambda: credential_changed.send(sender=Credential, tenant_id=tenant_id, kind=kind, provider=provider)
    )
