"""Caches the answers of a comparison in Redis, so that a repeated request costs nothing."""

import json

from redis.exceptions import RedisError

from providers.redis import sync_redis
from rehearsals.studio.answer import AnswerResult, StudioAnswer
from speech.runtime.preview_slots import preview_unavailable
from tenants.models import Tenant

TTL_S = 60 * 60
FAILURE_TTL_S = 60


def store_answer(*, tenant: Tenant, key: str, answer: StudioAnswer) -> None:
    """Store an answer for an hour, a failed one for a minute; raise `PreviewRefused` without Redis."""
    has_failed = answer.result in (AnswerResult.FAILED, AnswerResult.LATE)
    text, ttl_s = json.dumps(answer.to_json()), FAILURE_TTL_S if has_failed else TTL_S
    try:
        sync_redis().set(_name(tenant, key), text, ex=ttl_s)
    except (RedisError, OSError) as error:
        raise preview_unavailable() from error


def read_answer(*, tenant: Tenant, key: str) -> StudioAnswer | None:
    """Return a stored answer; None without one, or for one of another release.

    Raise `PreviewRefused` when Redis does not answer.
    """
    try:
        text = sync_redis().get(_name(tenant, key))
    except (RedisError, OSError) as error:
        raise preview_unavailable() from error
    try:
        return StudioAnswer.from_json(json.loads(text)) if text else None
    except (KeyError, TypeError, ValueError):
        return None


def _name(tenant: Tenant, key: str) -> str:
    return f"studio:answer:{tenant.id}:{key}"
