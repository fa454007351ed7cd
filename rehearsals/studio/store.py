"""Stores the answers of the studio in Redis for a while, so that none is paid for twice."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from rehearsals.studio.answer import Answer, Result
from speech.runtime.preview_slots import preview_unavailable
from tenants.models import Tenant

ANSWER_KEPT_S = 60 * 60
FAILURE_KEPT_S = 60
TIMEOUT_S = 2.0


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


def _answer_key(tenant: Tenant, key: str) -> str:
    return f"studio:answer:{tenant.id}:{key}"


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise preview_unavailable() from error


@lru_cache
def _client(url: str) -> redis.Redis:
    retry = Retry(NoBackoff(), 1)
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry)
