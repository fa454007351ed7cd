"""The leases by which workers hold lives: compare-and-set on the session's row, by the database's clock.

All functions block and read across tenants: a worker calls them in a thread.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Min,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Now, NullIf
from redis.exceptions import RedisError

from livesessions.console import publisher
from livesessions.kill.acknowledgements import acknowledge
from livesessions.kill.parts import PartName
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from overlay.services import announce_lease
from providers.status.metrics import TAKEOVER_SECONDS

logger = logging.getLogger(__name__)

Status = LiveSession.Status
EndReason = LiveSession.EndReason

LEASE = timedelta(seconds=10)
RENEW_S = 3.0

# On air by its row, but no worker holds it: its lease has run out.
ABANDONED = Q(Q(lease_expires_at=None) | Q(lease_expires_at__lte=Now()), status=Status.ACTIVE)
UNHELD = Q(status=Status.PENDING) | ABANDONED
# Its picture is sent by us. A rehearsal's, with a simulated chat, is not.
STREAMED = Q(~Q(source=LiveSession.Source.SIMULATOR), show__mode=Show.Mode.MANAGED)
FREE = Q(status=Status.PENDING, start_requested_at__isnull=False) | ABANDONED


class NextLeaseNumber(Func):
    function = "nextval"
    template = "%(function)s('livesessions_lease_number')"
    output_field = BigIntegerField()


@dataclass(frozen=True, slots=True)
class AvailableSessions:
    """The sessions that no worker holds, and the seconds until the next lease may expire (None: no lease)."""

    free: list[UUID]
    next_expiry_s: float | None


def find_available(*, limit: int, takes_streams: bool = True) -> AvailableSessions:
    """Return at most `limit` available sessions, those first that have waited longest.

    Without `takes_streams` those whose picture we send are left out.
    """
    rows = LiveSession.objects.filter(FREE) if takes_streams else LiveSession.objects.filter(FREE, ~STREAMED)
    free = rows.order_by("start_requested_at").values_list("id", flat=True)
    held = LiveSession.objects.filter(status=Status.ACTIVE, lease_expires_at__gt=Now())
    left = ExpressionWrapper(F("lease_expires_at") - Now(), output_field=DurationField())
    soonest = held.aggregate(left=Min(left))["left"]
    return AvailableSessions(list(free[:limit]), soonest.total_seconds() if soonest is not None else None)


def claim(*, session_id: UUID, owner: str, takes_streams: bool = True) -> LiveSession | None:
    """Lease a free session; return None when it is deleted, ended or claimed by another worker.

    Without `takes_streams` a session whose picture we send is not leased either.
    """
    # Apart from the update: with a join, that would no longer compare and set one row.
    if not takes_streams and LiveSession.objects.filter(STREAMED, id=session_id).exists():
        return None
    lost_for = _time_since_renewal(session_id)
    taken = LiveSession.objects.filter(FREE, id=session_id).update(
        status=Status.ACTIVE,
        started_at=Coalesce("started_at", Now()),
        lease_owner=owner,
        lease_expires_at=Now() + LEASE,
        lease_number=NextLeaseNumber(),
        waiting_reason="",
    )
    if not taken:
        return None
    if lost_for is not None:
        TAKEOVER_SECONDS.observe(lost_for.total_seconds())
    # The reply of a killed worker was cut off, and no other process records that.
    Reply.objects.filter(session_id=session_id, status=Reply.Status.SPEAKING).update(
        status=Reply.Status.FAILED, fault="worker"
    )
    session: LiveSession = LiveSession.objects.select_related(
        "tenant", "show__persona", "show__voice", "show__policy", "show__overlay"
    ).get(id=session_id)
    announce_lease(session.show.overlay_id, lease=session.lease_number)
    return session


def _time_since_renewal(session_id: UUID) -> timedelta | None:
    """Return how long ago a lost worker last renewed its lease of a session; None if none was lost."""
    since = ExpressionWrapper(Now() - F("lease_expires_at") + LEASE, output_field=DurationField())
    rows = LiveSession.objects.filter(ABANDONED, id=session_id, lease_expires_at__isnull=False)
    found: timedelta | None = rows.values_list(since, flat=True).first()
    return found


def renew(*, owner: str, session_ids: Iterable[UUID]) -> set[UUID]:
    """Renew the leases of sessions; return those that this owner still holds. One UPDATE for all."""
    asked = set(session_ids)
    held = _held_by(owner).filter(id__in=asked)
    if _update_without_disk(held) == len(asked):
        return asked
    return set(held.values_list("id", flat=True))


@transaction.atomic
def _update_without_disk(held: QuerySet[LiveSession]) -> int:
    """Renew leases without a wait for the disk, because the claims of replies wait for these rows' locks.

    A renewal that is lost when the database crashes is made again after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO OFF")
    return held.update(lease_expires_at=Now() + LEASE)


def release(*, session_id: UUID, owner: str, counts: dict[str, int]) -> bool:
    """Release a running session for the next worker; `started_at` stays. Return whether `owner` held it."""
    released = (
        _held_by(owner)
        .filter(id=session_id)
        .update(status=Status.PENDING, lease_expires_at=None, counts=counts)
    )
    if not released:
        _record_obeyed(session_id, owner, counts)
    return bool(released)


def release_all(*, owner: str) -> int:
    """Release all sessions that an owner still holds; return their number."""
    return _held_by(owner).update(status=Status.PENDING, lease_expires_at=None)


def finish(*, session_id: UUID, owner: str, reason: str, counts: dict[str, int]) -> bool:
    """Record the end of a session. Return whether `owner` held it; if not, nothing is written. Idempotent."""
    ended = (
        _held_by(owner)
        .filter(id=session_id)
        .update(
            status=Status.ENDED,
            end_reason=_stop_reason() if reason == EndReason.STOPPED else reason,
            ended_at=Now(),
            lease_expires_at=None,
            counts=counts,
        )
    )
    if not ended:
        _record_obeyed(session_id, owner, counts)
    return bool(ended)


def _record_obeyed(session_id: UUID, owner: str, counts: dict[str, int]) -> None:
    """Record that the worker of a killed live has ended it, and its counts, which only the worker knows."""
    killed = LiveSession.objects.filter(id=session_id, lease_owner=owner, end_reason=EndReason.KILLED)
    if killed.update(counts=counts):
        acknowledge(session=killed.get(), part=PartName.WORKER, source=owner)


def end_now(*, session_id: UUID, pressed_at: datetime) -> bool:
    """End a session by the kill switch, whether or not a worker holds it. Return whether the press ended it.

    A worker may have obeyed before the row could be written: the press counts as the reason then too.
    """
    after_the_press = Q(end_reason=EndReason.STOPPED, ended_at__gte=pressed_at)
    rows = LiveSession.objects.filter(~Q(status=Status.ENDED) | after_the_press, id=session_id)
    ended = rows.update(
        status=Status.ENDED,
        end_reason=EndReason.KILLED,
        ended_at=Coalesce("ended_at", Now()),
        stop_requested_at=Coalesce("stop_requested_at", Now()),
        lease_expires_at=None,
        waiting_reason="",
    )
    return bool(ended)


def end_stopped(**which: UUID) -> list[UUID]:
    """End the sessions that must stop and that no worker holds; return their ids. `which` filters them."""
    stopped = LiveSession.objects.filter(UNHELD, stop_requested_at__isnull=False, **which)
    # Usually there are none: no row is locked for that.
    ids = list(stopped.values_list("id", flat=True))
    if ids:
        stopped.filter(id__in=ids).update(
            status=Status.ENDED,
            end_reason=_stop_reason(),
            ended_at=Now(),
            lease_expires_at=None,
        )
    return ids


def _stop_reason() -> Coalesce:
    """Return the reason of a stop: the stored one, or that a person asked for it."""
    return Coalesce(NullIf("stop_reason", Value("")), Value(EndReason.STOPPED))


def notify_consoles(session_id: UUID) -> None:
    """Send the state of a session's row to its open consoles; without Redis they see it later."""
    session = LiveSession.objects.filter(id=session_id).first()
    if session is None:
        return
    try:
        publisher.publish_state(session)
    except (RedisError, OSError):
        logger.warning("console unreachable: session=%s", session_id)


def read_flags(session_ids: Iterable[UUID]) -> dict[UUID, tuple[bool, bool]]:
    """Return for each session whether it is muted and whether it must stop, as its row says."""
    rows = LiveSession.objects.filter(id__in=set(session_ids))
    return {
        session_id: (muted, stop is not None)
        for session_id, muted, stop in rows.values_list("id", "muted", "stop_requested_at")
    }


def record_waiting_reason(*, session_ids: Iterable[UUID], reason: str) -> list[UUID]:
    """Store why pending sessions wait; return those whose reason changed."""
    rows = LiveSession.objects.filter(id__in=set(session_ids), status=Status.PENDING)
    changed = list(rows.exclude(waiting_reason=reason).values_list("id", flat=True))
    rows.filter(id__in=changed).update(waiting_reason=reason)
    return changed


def _held_by(owner: str) -> QuerySet[LiveSession]:
    return LiveSession.objects.filter(lease_owner=owner, status=Status.ACTIVE)
