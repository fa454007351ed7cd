"""Reads of credentials."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from providers.errors import SecretUnreadable
from providers.models import Credential


@dataclass(frozen=True, slots=True)
class TenantCredential:
    """A workspace's own key, readable; it shows itself in no log line. `changed_at` tells versions apart."""

    tenant_id: UUID
    kind: Credential.Kind
    provider: str
    secret: str = field(repr=False)
    region: str
    base_url: str
    changed_at: datetime


def credentials_of(tenant_id: UUID, kind: Credential.Kind) -> QuerySet[Credential]:
    """Return a workspace's keys of a kind."""
    return Credential.objects.filter(tenant_id=tenant_id, kind=kind)


def readable_credentials(tenant_id: UUID, kind: Credential.Kind) -> dict[str, TenantCredential | None]:
    """Return a workspace's keys by provider; None for one that cannot be read any more. One query."""
    return {row.provider: _readable(row) for row in credentials_of(tenant_id, kind)}


def _readable(row: Credential) -> TenantCredential | None:
    try:
        secret = row.secret.reveal()
    except SecretUnreadable:
        return None
    return TenantCredential(
        tenant_id=row.tenant_id,
        kind=Credential.Kind(row.kind),
        provider=row.provider,
        secret=secret,
        region=row.region,
        base_url=row.base_url,
        changed_at=row.changed_at,
    )
