import ipaddress
import socket
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from speech.encryption import decrypt, encrypt, rotate
from speech.errors import AddressRefused, KeyUnreadable
from speech.models import ProviderKey
from speech.providers.public_addresses import addresses_of, is_public
from speech.signals import send_voices_changed_on_commit
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class TenantCredential:
    """A workspace's own key, readable; it shows itself in no log line. `changed_at` tells versions apart."""

    tenant_id: UUID
    provider: str
    key: str = field(repr=False)
    region: str
    base_url: str
    changed_at: datetime


def set_key(*, tenant: Tenant, provider: str, key: str, region: str = "", base_url: str = "") -> ProviderKey:
    """Keep a workspace's key for a provider, in place of the one that was there.

    Raise `AddressRefused` for an address that is not https or not on the open internet.
    """
    refuse_private(base_url)
    values = {
        "ciphertext": encrypt(key),
        "last_four": key[-4:] if len(key) >= 12 else "",
        "region": region,
        "base_url": base_url,
    }
    row: ProviderKey
    row, _made = ProviderKey.objects.update_or_create(tenant=tenant, provider=provider, defaults=values)
    send_voices_changed_on_commit(tenant.id)
    return row


def remove_key(*, tenant: Tenant, provider: str) -> None:
    ProviderKey.objects.filter(tenant=tenant, provider=provider).delete()
    send_voices_changed_on_commit(tenant.id)


def own_keys(tenant_id: UUID) -> dict[str, TenantCredential | None]:
    """Return a workspace's keys by provider; None for one that cannot be read any more. One query."""
    return {row.provider: _readable(row) for row in ProviderKey.objects.filter(tenant_id=tenant_id)}


def _readable(row: ProviderKey) -> TenantCredential | None:
    try:
        key = decrypt(row.ciphertext)
    except KeyUnreadable:
        return None
    return TenantCredential(row.tenant_id, row.provider, key, row.region, row.base_url, row.changed_at)


def rotate_keys() -> tuple[int, int]:
    """Encrypt every workspace's keys with the first key of the set; return how many, and how many cannot."""
    done = broken = 0
    with scopes_disabled(), transaction.atomic():
        for row in ProviderKey.objects.select_for_update().iterator():
            try:
                ciphertext = rotate(row.ciphertext)
            except KeyUnreadable:
                broken += 1
                continue
            # Not `save`: the key has not changed, and lives go on with the connections that they have.
            ProviderKey.objects.filter(id=row.id).update(ciphertext=ciphertext)
            done += 1
    return done, broken


def refuse_private(base_url: str) -> None:
    """Raise `AddressRefused` for an address that leads inside. It is looked at again at each connection."""
    if not base_url:
        return
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise AddressRefused(_("This is not an address.")) from None
    if parts.scheme != "https" or not host or parts.username or parts.query or parts.fragment:
        raise AddressRefused(_("The address must begin with https:// and hold no password."))
    if not all(map(is_public, _resolved(host, port))):
        raise AddressRefused(_("This address is not on the open internet."))


def _resolved(host: str, port: int) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        return addresses_of(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        raise AddressRefused(_("Nobody knows this address. Is it spelt right?")) from None
