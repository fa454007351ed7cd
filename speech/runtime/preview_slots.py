"""Limits previews: how often a user may start one, one at a time for each user, and a few in each process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil
from threading import BoundedSemaphore
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _
from redis.exceptions import LockError, RedisError

from providers.errors import RateLimitUnavailable
from providers.rate_limit import Bucket, take
from providers.redis import sync_redis
from speech.errors import PreviewRefused, PreviewRunning
from tenants.models import User

T = TypeVar("T")

LOCK_TTL_S = 45  # of a process that died
RATE = Bucket(rate_per_s=20 / 60, burst=20)  # of one user
# Each preview occupies a thread and a database connection of the web process until it ends.
SLOTS = BoundedSemaphore(4)


def run_preview(user: User, work: Callable[[], T], *, purpose: str) -> T:
    """Run `work` in one of the process's preview slots and return its result. Blocks.

    Raise `PreviewRunning` when one of the same purpose still runs, which does not count as a start, and
    `PreviewRefused` when the user starts too many or the process has no free slot.
    """
    with exclusive(user.id, purpose) as is_free:
        if not is_free:
            raise PreviewRunning(_("Your last preview is still running. Wait until it has ended."))
        _count_against_rate(user)
        if not SLOTS.acquire(blocking=False):
            raise no_free_slot()
        try:
            return work()
        finally:
            SLOTS.release()


@contextmanager
def exclusive(owner_id: UUID, purpose: str) -> Iterator[bool]:
    """Hold the lock of an owner for a purpose; yield whether it was free.

    It expires by itself if its process dies. Raise `PreviewRefused` when Redis does not answer.
    """
    try:
        lock = sync_redis().lock(f"preview:{purpose}:{owner_id}", timeout=LOCK_TTL_S)
        is_free = lock.acquire(blocking=False)
    except (RedisError, OSError) as error:
        raise preview_unavailable() from error
    try:
        yield is_free
    finally:
        if is_free:
            with suppress(LockError, RedisError):  # it expires
                lock.release()


def _count_against_rate(user: User) -> None:
    try:
        wait_s = take({f"preview:{user.id}": RATE})
    except RateLimitUnavailable as error:
        raise preview_unavailable() from error
    if wait_s:
        words = _("Too many previews in a short time. Try again in %(seconds)d s.")
        raise PreviewRefused(words % {"seconds": ceil(wait_s)}, code="preview_rate_limited", status=429)


def preview_unavailable() -> PreviewRefused:
    """Return the refusal for a Redis that does not answer."""
    words = _("Previews are not available right now. Try again in a moment.")
    return PreviewRefused(words, code="preview_unavailable", status=503)


def no_free_slot() -> PreviewRefused:
    """Return the refusal for a process that runs as many previews as it may."""
    words = _("Many people are using previews right now. Try again in a moment.")
    return PreviewRefused(words, code="preview_slots_taken", status=503)
