"""Pseudonyms of viewers: a keyed hash of the platform's user id, different in each tenant."""

import hashlib
from uuid import UUID

from django.conf import settings


def hash_viewer(viewer_id: str, *, tenant_id: UUID, key: str) -> str:
    """Return a viewer's hash, 32 hex digits; each tenant has another hash for the same viewer."""
    hashed = hashlib.blake2b(
        viewer_id.encode(errors="replace"), digest_size=16, key=key.encode()[:64], salt=tenant_id.bytes
    )
    return hashed.hexdigest()


def viewer_hash_of(tenant_id: UUID, viewer_id: str) -> str:
    """Return the hash under which a tenant knows a viewer, with the installation's key."""
    return hash_viewer(viewer_id, tenant_id=tenant_id, key=settings.VIEWER_HASH_KEY)
