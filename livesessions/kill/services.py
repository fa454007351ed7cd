"""The kill switch: silences a live's overlay and ends the live, although other parts of the system fail."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from encoder.stored_reports import read_report
from livesessions import errors
from livesessions.kill.acknowledgements import acknowledge
from livesessions.kill.parts import PartName
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import notify_consoles, send_if_redis_answers
from livesessions.worker import leases
from livesessions.worker.commands import Stop
from overlay.presence import count_pages
from overlay.services import end_overlay, silence_overlay
from tenants import audit
from tenants.acting import current_actor

logger = logging.getLogger(__name__)

Way = Kill.Way


def kill_session(*, session: LiveSession, way: Way, pressed_at: datetime | None = None) -> LiveSession:
    """Silence a live's overlay and end the live at once, without waiting for its worker. Idempotent.

    Each part of the live is stopped by itself, and a part that fails stops none of the others:

    1. the overlay's pages, within this process, over PostgreSQL and over Redis;
    2. the session's row: it is ended whether or not a worker holds it, so that no worker may speak or go on;
    3. the worker, by the command `Stop`; without Redis it learns from the row, within a few seconds.

    `session` is as it was last read, with its show. Raise `SessionConflict` for a live that has ended, and
    what the database raised when the row could not be ended; the other parts are stopped by then.
    """
    pressed_at = pressed_at or timezone.now()
    if session.is_open and session.started_at is not None:
        silence_overlay(session.show.overlay_id, lease=session.lease_number)
    try:
        ended = _end_row(session, way, pressed_at)
    except (OperationalError, InterfaceError):
        logger.warning("database unreachable, killed live not recorded yet: session=%s", session.id)
        _stop_worker(session)
        raise
    if not ended and not Kill.objects.filter(session=session).exists():
        raise errors.already_ended()
    _stop_worker(session)
    notify_consoles(session)
    return session


@transaction.atomic
def _end_row(session: LiveSession, way: Way, pressed_at: datetime) -> bool:
    """End a session's row and record who did it; return False for a live that had ended before the press."""
    ordered_lease = session.lease_number
    ended = leases.end_now(session_id=session.id, pressed_at=pressed_at)
    session.refresh_from_db()
    if not ended:
        return False
    by = current_actor()
    Kill.objects.create(
        session=session,
        tenant_id=session.tenant_id,
        way=way,
        pressed_at=pressed_at,
        pressed_by_id=by.user_id,
        label=by.label[:100],
        **_parts_of(session),
    )
    acknowledge(session=session, part=PartName.SESSION)
    audit.record("session.killed", session, detail={"way": way.value})
    if session.lease_number != ordered_lease:  # another worker has taken it over meanwhile
        end_overlay(session.show.overlay_id, lease=session.lease_number)
    return True


def _parts_of(session: LiveSession) -> dict[str, object]:
    """Return the fields `parts` and `open_pages` of a kill: what this live consists of."""
    if session.started_at is None:
        return {"parts": [PartName.SESSION]}
    parts = [PartName.OVERLAY, PartName.SESSION]
    if session.lease_owner:
        parts.append(PartName.WORKER)
    if read_report(session.show_id) is not None:
        parts.append(PartName.STREAM)
    return {
        "parts": parts,
        "open_pages": count_pages(session.show.overlay_id),
    }


def _stop_worker(session: LiveSession) -> None:
    send_if_redis_answers(session.id, Stop())
