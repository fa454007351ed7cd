import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_scopes import scope
from redis.exceptions import RedisError

from billing.plans import doors
from encoder.readiness import require_stream
from livesessions import errors
from livesessions.console import publisher
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.querysets import lives_on_air
from livesessions.tasks import end_stopped_lives, run_live
from livesessions.worker import leases
from livesessions.worker.commands import Command, Mute, RenewStream, Skip, Stop, Unmute, send_command
from livesessions.worker.registry import waiting_reason
from overlay.services import end_overlay, mute_overlay
from tenants import audit
from tenants.locking import lock_row

logger = logging.getLogger(__name__)

Status = LiveSession.Status
MAX_SIMULATED_PER_MINUTE = 600


def create_session(*, show: Show, source: str, source_options: dict[str, Any] | None = None) -> LiveSession:
    """Create a session.

    Raise `SessionConflict` for an archived show, a TikTok Shop live, without the handle that TikTok needs,
    and while another session of the show has not ended; `StreamRefused` without the stream target that
    managed mode needs; `PlanRefused` when the plan has no live left, or no managed mode;
    `Http404` for a show that was deleted.
    """
    leases.end_stopped(show_id=show.id)
    try:
        with transaction.atomic():
            _require_ready(show, source)
            doors.require(doors.START_LIVE, show.tenant_id)
            return LiveSession.objects.create(
                tenant=show.tenant, show=show, source=source, source_options=source_options or {}
            )
    except IntegrityError as error:
        raise errors.show_is_taken() from error


def _require_ready(show: Show, source: str) -> None:
    """Raise `SessionConflict` unless the show can go live, and `Http404` if it was deleted.

    The row stays locked until the session is stored, so that nobody archives, deletes or marks it in between.
    """
    stored = lock_row(Show.objects.all(), show.id)
    if stored.is_archived:
        raise errors.show_is_archived()
    if stored.is_shopping:
        raise errors.shopping_live()
    if source == LiveSession.Source.TIKTOK and not stored.handle:
        raise errors.handle_missing()
    # A simulated chat is a rehearsal: its picture leaves this machine at most for a local server.
    if stored.mode == Show.Mode.MANAGED and source != LiveSession.Source.SIMULATOR:
        require_stream(tenant_id=stored.tenant_id, use_id=stored.id)


@transaction.atomic
def start_session(*, session: LiveSession) -> LiveSession:
    """Request a worker for a session, which becomes ACTIVE when one claims it. Idempotent.

    Raise `PlanRefused` when the plan has no live left, or as many lives are on air as it allows.
    """
    if session.is_open and lock_row(Show.objects.all(), session.show_id).is_shopping:
        raise errors.shopping_live()
    if session.is_open and session.start_requested_at is None:
        doors.require(doors.START_LIVE, session.tenant_id, in_use=lives_on_air)
    asked = LiveSession.objects.filter(id=session.id, status=Status.PENDING, start_requested_at=None).update(
        start_requested_at=timezone.now()
    )
    session.refresh_from_db()
    if not session.is_open:
        raise errors.already_ended()
    if asked:
        audit.record("session.started", session)
        transaction.on_commit(lambda: _call_worker(session))
    return session


def _call_worker(session: LiveSession) -> None:
    """Queue a session for the workers, and show at once if it has to wait."""
    with _log_redis_errors("session not queued, workers will find it"):
        run_live(str(session.id))
        with scope(tenant=session.tenant_id):
            reason = waiting_reason(is_streamed=session.is_streamed)
            leases.record_waiting_reason(session_ids=[session.id], reason=reason)
    notify_consoles(session)


@transaction.atomic
def stop_session(*, session: LiveSession, because: str = "") -> LiveSession:
    """Silence a session's overlay at once and end the session. Idempotent.

    `because`: the `EndReason` when no person stopped it.

    It ends here when no worker holds it, otherwise through its worker, or after that worker's lease.
    """
    asked = (
        LiveSession.objects.filter(id=session.id, stop_requested_at=None)
        .exclude(status=Status.ENDED)
        .update(stop_requested_at=timezone.now(), stop_reason=because)
    )
    ended = leases.end_stopped(id=session.id)
    session.refresh_from_db()
    if asked:
        audit.record("session.stopped", session)
    if session.started_at is not None and (ended or session.is_open):
        end_overlay(session.show.overlay_id, lease=session.lease_number)
    transaction.on_commit(lambda: _send_stop(session))
    return session


def _send_stop(session: LiveSession) -> None:
    _send_and_notify(session, Stop())
    if session.is_open:
        with _log_redis_errors("live ends with the next scheduled job"):
            end_stopped_lives.schedule(delay=leases.LEASE.total_seconds() + 1)


def mute_session(*, session: LiveSession) -> LiveSession:
    return _set_muted(session, muted=True)


def unmute_session(*, session: LiveSession) -> LiveSession:
    return _set_muted(session, muted=False)


@transaction.atomic
def _set_muted(session: LiveSession, *, muted: bool) -> LiveSession:
    """Mute or unmute a live. The overlay is muted from here too, so that it works without a worker."""
    still_open = LiveSession.objects.filter(id=session.id).exclude(status=Status.ENDED)
    changed = still_open.exclude(muted=muted).update(muted=muted)
    if not changed and not still_open.exists():
        raise errors.already_ended()
    session.refresh_from_db()
    if changed:
        audit.record("session.muted" if muted else "session.unmuted", session)
    mute_overlay(session.show.overlay_id, muted=muted)
    transaction.on_commit(lambda: _send_and_notify(session, Mute() if muted else Unmute()))
    return session


def skip_reply(*, session: LiveSession) -> None:
    """Cut the running reply; the host continues with the next."""
    require_on_air(session)
    send(session, Skip())
    audit.record("session.reply_skipped", session)


def renew_session_stream(*, session: LiveSession) -> None:
    """Have a live's stream go on with the stored target, or try again after a refusal."""
    require_on_air(session)
    send(session, RenewStream())


def require_on_air(session: LiveSession) -> None:
    """Raise `SessionConflict` unless the session is on air."""
    if session.status == Status.ENDED:
        raise errors.already_ended()
    if session.status != Status.ACTIVE:
        raise errors.not_on_air()


def send(session: LiveSession, command: Command) -> None:
    """Send a command that is not stored; raise `CommandUnreachable` when Redis is unreachable."""
    try:
        send_command(session.id, command)
    except (RedisError, OSError) as error:
        raise errors.CommandUnreachable from error


def _send_and_notify(session: LiveSession, command: Command) -> None:
    """Send a command that is also on the session's row, and the row's state to the consoles."""
    send_if_redis_answers(session.id, command)
    notify_consoles(session)


def send_if_redis_answers(session_id: UUID, command: Command) -> None:
    """Send a command that a worker would also find in the database; ignore an unreachable Redis."""
    with _log_redis_errors("command only on the row"):
        send_command(session_id, command)


def notify_consoles(session: LiveSession) -> None:
    """Send a session's state to its open consoles; without Redis they see it later."""
    with _log_redis_errors("consoles not notified"):
        publisher.publish_state(session)


@contextmanager
def _log_redis_errors(meaning: str) -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError):
        logger.warning("redis unreachable: %s", meaning)
