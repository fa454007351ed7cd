from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from livesessions import console, errors
from livesessions.commands import Command, CommandKind, send_command
from livesessions.models import LiveSession, Show
from livesessions.tasks import run_live
from moderation.services import get_default_policy
from overlay.models import Overlay
from overlay.services import mute_overlay
from planner.services import get_default_persona
from speech.services import get_default_voice
from tenants.models import Tenant

Status = LiveSession.Status


@transaction.atomic
def create_show(
    *, tenant: Tenant, name: str, language: str, handle: str = "", mode: str = Show.Mode.SELF
) -> Show:
    """Make a show that can go on air at once: the defaults of its language speak for it."""
    show = Show(tenant=tenant, name=name, language=language, handle=handle.lstrip("@"), mode=mode)
    show.persona = get_default_persona(tenant=tenant, language=language)
    show.voice = get_default_voice(tenant=tenant, language=language)
    show.policy = get_default_policy(tenant=tenant, language=language)
    show.overlay = Overlay.objects.create(tenant=tenant)
    show.save()
    return show


def change_show(*, show: Show, **changes: Any) -> Show:
    """Set a show's name, handle or mode; a live that is on air goes on as it began."""
    for field, value in changes.items():
        setattr(show, field, value)
    show.save(update_fields=list(changes))
    return show


def create_session(*, show: Show, source: str, source_options: dict[str, Any] | None = None) -> LiveSession:
    """Prepare a live; raise `SessionConflict` while another of the show has not ended."""
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
    """Ask for a worker. The session is ACTIVE when one has taken it."""
    asked = LiveSession.objects.filter(id=session.id, status=Status.PENDING, start_requested_at=None).update(
        start_requested_at=timezone.now()
    )
    session.refresh_from_db()
    if not asked:
        raise errors.already_active() if session.is_open else errors.already_ended()
    transaction.on_commit(lambda: console.publish_state(session))
    transaction.on_commit(lambda: run_live(str(session.id)))
    return session


@transaction.atomic
def stop_session(*, session: LiveSession) -> LiveSession:
    """End a live. One that no worker has taken yet ends here; else its worker ends it."""
    now = timezone.now()
    LiveSession.objects.filter(id=session.id, status=Status.ACTIVE, stop_requested_at=None).update(
        stop_requested_at=now
    )
    LiveSession.objects.filter(id=session.id, status=Status.PENDING).update(
        status=Status.ENDED, end_reason=LiveSession.EndReason.STOPPED, ended_at=now
    )
    session.refresh_from_db()
    transaction.on_commit(lambda: _tell(session, Command(CommandKind.STOP)))
    return session


def mute_session(*, session: LiveSession) -> LiveSession:
    return _set_muted(session, muted=True)


def unmute_session(*, session: LiveSession) -> LiveSession:
    return _set_muted(session, muted=False)


@transaction.atomic
def _set_muted(session: LiveSession, *, muted: bool) -> LiveSession:
    """The overlay is told from here too, so that a mute works while no worker answers."""
    if not LiveSession.objects.filter(id=session.id).exclude(status=Status.ENDED).update(muted=muted):
        raise errors.already_ended()
    session.refresh_from_db()
    kind = CommandKind.MUTE if muted else CommandKind.UNMUTE

    def tell() -> None:
        try:
            mute_overlay(session.show.overlay_id, muted=muted)
        finally:
            _tell(session, Command(kind))

    transaction.on_commit(tell)
    return session


def skip_reply(*, session: LiveSession) -> None:
    """Cut what the host is saying and go on with the next."""
    _require_on_air(session)
    send_command(session.id, Command(CommandKind.SKIP))


def say_line(*, session: LiveSession, text: str) -> None:
    """Have the host say a line of the streamer's own; it passes the same gate as every reply."""
    _require_on_air(session)
    send_command(session.id, Command(CommandKind.SAY, text=text))


def _require_on_air(session: LiveSession) -> None:
    if session.status == Status.ENDED:
        raise errors.already_ended()
    if session.status != Status.ACTIVE:
        raise errors.not_on_air()


def _tell(session: LiveSession, command: Command) -> None:
    send_command(session.id, command)
    console.publish_state(session)


# --- the worker's side: called in a thread, never on the event loop ----------------------------------


def waiting_sessions() -> list[str]:
    """Return the ids of the sessions that were started while no worker was there."""
    waiting = LiveSession.objects.filter(status=Status.PENDING, start_requested_at__isnull=False)
    return [str(session_id) for session_id in waiting.values_list("id", flat=True)]


def claim_session(*, session_id: UUID) -> LiveSession | None:
    """Take a session that waits for a worker; None when it is gone, stopped or another worker's."""
    taken = LiveSession.objects.filter(
        id=session_id, status=Status.PENDING, start_requested_at__isnull=False
    ).update(status=Status.ACTIVE, started_at=Coalesce("started_at", timezone.now()))
    if not taken:
        return None
    session: LiveSession = LiveSession.objects.select_related(
        "tenant", "show__persona", "show__voice", "show__policy", "show__overlay"
    ).get(id=session_id)
    console.publish_state(session)
    return session


def finish_session(*, session_id: UUID, reason: str, counts: dict[str, int]) -> None:
    """Write down that a live is over, and tell everybody who watches. Doing it twice changes nothing."""
    ended = LiveSession.objects.filter(id=session_id, status=Status.ACTIVE).update(
        status=Status.ENDED, end_reason=reason, ended_at=timezone.now(), counts=counts
    )
    if ended:
        session = LiveSession.objects.select_related("show").get(id=session_id)
        console.publish_state(session)


def release_session(*, session_id: UUID) -> None:
    """Give a running live back, so that the next worker takes it; `started_at` stays."""
    LiveSession.objects.filter(id=session_id, status=Status.ACTIVE).update(status=Status.PENDING)
