import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_scopes import scope
from redis.exceptions import RedisError

from livesessions import errors
from livesessions.console import publisher
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.tasks import run_live
from livesessions.worker.commands import Command, Mute, Say, Skip, Stop, Unmute, send_command
from livesessions.worker.leases import record_waiting_reason
from livesessions.worker.registry import waiting_reason
from overlay.errors import OverlayUnreachable
from overlay.services import end_overlay, mute_overlay
from tenants import audit

logger = logging.getLogger(__name__)

Status = LiveSession.Status


def create_session(*, show: Show, source: str, source_options: dict[str, Any] | None = None) -> LiveSession:
    """Prepare a live; raise `SessionConflict` while another of the show has not ended, and for a shop's."""
    if show.is_shopping:
        raise errors.shopping_live()
    if source == LiveSession.Source.TIKTOK and not show.handle:
        raise errors.handle_missing()
    session = LiveSession(tenant=show.tenant, show=show, source=source, source_options=source_options or {})
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as error:
        raise errors.show_is_taken() from error
    return session


@transaction.atomic
def start_session(*, session: LiveSession) -> LiveSession:
    """Ask for a worker; the session is ACTIVE when one has taken it. Doing it twice changes nothing."""
    if session.is_open and Show.objects.filter(id=session.show_id, is_shopping=True).exists():
        raise errors.shopping_live()
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
    """Hand a session to the queue, and say at once if it will have to wait."""
    with _whatever_redis_does("live not queued, workers will find it"):
        run_live(str(session.id))
        with scope(tenant=session.tenant_id):
            record_waiting_reason(session_ids=[session.id], reason=waiting_reason())
    _notify_consoles(session)


@transaction.atomic
def stop_session(*, session: LiveSession) -> LiveSession:
    """End a live: here when no worker holds it, else its worker does. Doing it twice changes nothing."""
    now = timezone.now()
    asked = LiveSession.objects.filter(id=session.id, status=Status.ACTIVE, stop_requested_at=None).update(
        stop_requested_at=now
    )
    ended = LiveSession.objects.filter(id=session.id, status=Status.PENDING).update(
        status=Status.ENDED, end_reason=LiveSession.EndReason.STOPPED, ended_at=now
    )
    session.refresh_from_db()
    if asked or ended:
        audit.record("session.stopped", session)
    transaction.on_commit(lambda: _tell(session, Stop()))
    if ended and session.started_at is not None:
        transaction.on_commit(lambda: _take_off_air(session))
    return session


def _take_off_air(session: LiveSession) -> None:
    """A live that ends between two workers has nobody else who tells its overlay."""
    with suppress(OverlayUnreachable):
        end_overlay(session.show.overlay_id)


def mute_session(*, session: LiveSession) -> LiveSession:
    return _set_muted(session, muted=True)


def unmute_session(*, session: LiveSession) -> LiveSession:
    return _set_muted(session, muted=False)


@transaction.atomic
def _set_muted(session: LiveSession, *, muted: bool) -> LiveSession:
    """The overlay is told from here too, so that a mute works while no worker answers."""
    still_open = LiveSession.objects.filter(id=session.id).exclude(status=Status.ENDED)
    changed = still_open.exclude(muted=muted).update(muted=muted)
    if not changed and not still_open.exists():
        raise errors.already_ended()
    session.refresh_from_db()
    if changed:
        audit.record("session.muted" if muted else "session.unmuted", session)

    def tell() -> None:
        try:
            mute_overlay(session.show.overlay_id, muted=muted)
        finally:
            _tell(session, Mute() if muted else Unmute())

    transaction.on_commit(tell)
    return session


def skip_reply(*, session: LiveSession) -> None:
    """Cut what the host is saying and go on with the next."""
    require_on_air(session)
    send(session, Skip())
    audit.record("session.reply_skipped", session)


def say_line(*, session: LiveSession, text: str) -> None:
    """Have the host say a line of the streamer's own; it passes the same gate as every reply."""
    require_on_air(session)
    send(session, Say(text))
    audit.record("session.line_said", session)


def require_on_air(session: LiveSession) -> None:
    if session.status == Status.ENDED:
        raise errors.already_ended()
    if session.status != Status.ACTIVE:
        raise errors.not_on_air()


def send(session: LiveSession, command: Command) -> None:
    """Send what is on no row, and is lost when it does not arrive now."""
    try:
        send_command(session.id, command)
    except (RedisError, OSError) as error:
        raise errors.CommandUnreachable from error


def _tell(session: LiveSession, command: Command) -> None:
    """Send what is also on the row: a worker that it does not reach finds it there."""
    send_if_redis_answers(session.id, command)
    _notify_consoles(session)


def send_if_redis_answers(session_id: UUID, command: Command) -> None:
    """Send what a worker also finds on a row."""
    with _whatever_redis_does("command left on the row"):
        send_command(session_id, command)


def _notify_consoles(session: LiveSession) -> None:
    with _whatever_redis_does("consoles not told"):
        publisher.publish_state(session)


@contextmanager
def _whatever_redis_does(meaning: str) -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError):
        logger.warning("redis unreachable: %s", meaning)
