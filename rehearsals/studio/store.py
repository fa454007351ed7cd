"""What the studio keeps in Redis for a while: sounds, answers, and who is rehearsing just now."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from uuid import UUID

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError
from redis.retry import Retry

from rehearsals import errors
from rehearsals.studio.answer import Answer, Result
from tenants.models import Tenant, User

SOUND_KEPT_S = 5 * 60
ANSWER_KEPT_S = 60 * 60
FAILURE_KEPT_S = 60
BUSY_AT_MOST_S = 45
TIMEOUT_S = 2.0


def keep_sound(*, tenant: Tenant, user: User, wav: bytes) -> str:
    """Keep a sound for five minutes, for this user alone; return its unguessable key."""
    key = secrets.token_urlsafe(24)
    with _reachable():
        _client(settings.REDIS_URL).set(_sound_key(tenant, user, key), wav, ex=SOUND_KEPT_S)
    return key


def read_sound(*, tenant: Tenant, user: User, key: str) -> bytes | None:
    with _reachable():
        sound = _client(settings.REDIS_URL).get(_sound_key(tenant, user, key))
    return sound if isinstance(sound, bytes) else None


def keep_answer(*, tenant: Tenant, key: str, answer: Answer) -> None:
    """Keep an answer for an hour, so that it need not be paid for twice; a failure for a minute."""
    has_failed = answer.result in (Result.FAILED, Result.LATE)
    plain, kept_s = json.dumps(answer.to_plain()), FAILURE_KEPT_S if has_failed else ANSWER_KEPT_S
    with _reachable():
        _client(settings.REDIS_URL).set(_answer_key(tenant, key), plain, ex=kept_s)


def read_answer(*, tenant: Tenant, key: str) -> Answer | None:
    """Return a kept answer; None also for one of another release."""
    with _reachable():
        raw = _client(settings.REDIS_URL).get(_answer_key(tenant, key))
    try:
        return Answer.from_plain(json.loads(raw)) if raw else None
    except (KeyError, TypeError, ValueError):
        return None


@contextmanager
def one_at_a_time(user_id: UUID, doing: str) -> Iterator[bool]:
    """Yield whether this user may begin now: not while they are doing the same thing already."""
    name = f"studio:{doing}:{user_id}"
    with _reachable():
        lock = _client(settings.REDIS_URL).lock(name, timeout=BUSY_AT_MOST_S)
        taken = lock.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            with suppress(LockError, RedisError):  # it ends by itself
                lock.release()


def _sound_key(tenant: Tenant, user: User, key: str) -> str:
    return f"studio:sound:{tenant.id}:{user.id}:{key}"


def _answer_key(tenant: Tenant, key: str) -> str:
    return f"studio:answer:{tenant.id}:{key}"


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise errors.studio_unreachable() from error


@lru_cache
def _client(url: str) -> redis.Redis:
    retry = Retry(NoBackoff(), 1)
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry)
