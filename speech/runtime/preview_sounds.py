"""Stores the sound of a preview in Redis for five minutes, for the user who asked for it."""

import secrets

from redis.exceptions import RedisError

from providers.redis import sync_redis
from speech.runtime.preview_slots import preview_unavailable
from tenants.models import Tenant, User

TTL_S = 5 * 60


def store_sound(*, tenant: Tenant, user: User, wav: bytes) -> str:
    """Store a WAV file and return its unguessable key. Raise `PreviewRefused` when Redis does not answer."""
    key = secrets.token_urlsafe(24)
    try:
        sync_redis().set(_name(tenant, user, key), wav, ex=TTL_S)
    except (RedisError, OSError) as error:
        raise preview_unavailable() from error
    return key


def read_sound(*, tenant: Tenant, user: User, key: str) -> bytes | None:
    """Return a stored WAV file; None once it has expired. Raise `PreviewRefused` without Redis."""
    try:
        sound = sync_redis().get(_name(tenant, user, key))
    except (RedisError, OSError) as error:
        raise preview_unavailable() from error
    return sound if isinstance(sound, bytes) else None


def _name(tenant: Tenant, user: User, key: str) -> str:
    return f"preview:sound:{tenant.id}:{user.id}:{key}"
