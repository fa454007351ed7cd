"""Which worker holds which live. Every change is a compare-and-set on its row, by the database's clock.

All of it blocks: a worker calls it in a thread, across tenants.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from redis.exceptions import RedisError

from livesessions.console import publisher
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession

logger = logging.getLogger(__name__)

Status = LiveSession.Status

LEASE = timedelta(seconds=10)
RENEW_S = 3.0

# A live whose worker is gone, or that none has had yet.
FREE = Q(status=Status.PENDING, start_requested_at__isnull=False) | Q(
    Q(lease_expires_at=None) | Q(lease_expires_at__lte=Now()), status=Status.ACTIVE
)


@dataclass(frozen=True, slots=True)
class AvailableSessions:
    """What a look around shows: lives that wait for a worker, and when the next lease may run out."""

    free: list[UUID]
    next_expiry_s: float | None


def find_available(*, limit: int) -> AvailableSessions:
    """Return at most `limit` free lives, those first that have waited longest."""
    free = LiveSession.objects.filter(FREE).order_by("start_requested_at").values_list("id", flat=True)
    held = LiveSession.objects.filter(status=Status.ACTIVE, lease_expires_at__gt=Now())
    left = ExpressionWrapper(F("lease_expires_at") - Now(), output_field=DurationField())
    soonest = held.aggregate(left=Min(left))["left"]
    return AvailableSessions(list(free[:limit]), soonest.total_seconds() if soonest is not None else None)


def claim(*, session_id: UUID, owner: str) -> LiveSession | None:
    """Take a live that is free; None when it is gone, over, or another worker was quicker."""
    taken = LiveSession.objects.filter(FREE, id=session_id).update(
        status=Status.ACTIVE,
        started_at=Coalesce("started_at", Now()),
        lease_owner=owner,
        lease_expires_at=Now() + LEASE,
        waiting_reason="",
    )
    if not taken:
        return None
    # What a killed worker was saying has fallen silent, and nobody else will write that down.
    Reply.objects.filter(session_id=session_id, status=Reply.Status.SPEAKING).update(
        status=Reply.Status.FAILED, fault="worker"
    )
    session: LiveSession = LiveSession.objects.select_related(
        "tenant", "show__persona", "show__voice", "show__policy", "show__overlay"
    ).get(id=session_id)
    return session


def renew(*, owner: str, session_ids: Iterable[UUID]) -> set[UUID]:
    """Hold on to the given lives; return those that are still this owner's. One UPDATE for all."""
    asked = set(session_ids)
    mine = _held_by(owner).filter(id__in=asked)
    if mine.update(lease_expires_at=Now() + LEASE) == len(asked):
        return asked
    return set(mine.values_list("id", flat=True))


def release(*, session_id: UUID, owner: str, counts: dict[str, int]) -> bool:
    """Give a running live back, so that the next worker takes it; `started_at` stays. False: not ours."""
    released = (
        _held_by(owner)
        .filter(id=session_id)
        .update(status=Status.PENDING, lease_expires_at=None, counts=counts)
    )
    return bool(released)


def release_all(*, owner: str) -> int:
    """Give back whatever an owner still holds; return how many lives that were."""
    return _held_by(owner).update(status=Status.PENDING, lease_expires_at=None)


def finish(*, session_id: UUID, owner: str, reason: str, counts: dict[str, int]) -> bool:
    """Write down that a live is over; doing it twice changes nothing. False: not ours, nothing written."""
    ended = (
        _held_by(owner)
        .filter(id=session_id)
        .update(status=Status.ENDED, end_reason=reason, ended_at=Now(), lease_expires_at=None, counts=counts)
    )
    return bool(ended)


def tell_consoles(session_id: UUID) -> None:
    """Tell everybody who watches a live how its row stands now; without Redis they see it later."""
    session = LiveSession.objects.filter(id=session_id).first()
    if session is None:
        return
    try:
        publisher.publish_state(session)
    except (RedisError, OSError):
        logger.warning("console unreachable: session=%s", session_id)


def flags_of(session_ids: Iterable[UUID]) -> dict[UUID, tuple[bool, bool]]:
    """Return what the rows say was commanded: whether each live is muted, and whether it shall stop."""
    rows = LiveSession.objects.filter(id__in=set(session_ids))
    return {
        session_id: (muted, stop is not None)
        for session_id, muted, stop in rows.values_list("id", "muted", "stop_requested_at")
    }


def note_waiting(*, session_ids: Iterable[UUID], reason: str) -> list[UUID]:
    """Write why lives wait on their rows; return those of which it was not known yet."""
    rows = LiveSession.objects.filter(id__in=set(session_ids), status=Status.PENDING)
    fresh = list(rows.exclude(waiting_reason=reason).values_list("id", flat=True))
    rows.filter(id__in=fresh).update(waiting_reason=reason)
    return fresh


def _held_by(owner: str) -> QuerySet[LiveSession]:
    return LiveSession.objects.filter(lease_owner=owner, status=Status.ACTIVE)
