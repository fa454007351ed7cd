from django.db import transaction

from livesessions import errors
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import Status, send_if_redis_answers
from livesessions.worker.commands import Command, SetViewerRole
from moderation.models import ViewerRule
from moderation.services import remove_viewer_rule, set_viewer_rule


@transaction.atomic
def set_role_of_author(*, session: LiveSession, source_id: str, role: str) -> None:
    """Set the role of an event's viewer in all lives of the tenant, also the running ones; "" removes it.

    The event identifies the viewer, so that pages need not contain viewers' hashes.
    Raise `SessionConflict` for an event without a viewer, ValueError for an unknown role.
    """
    viewer_hash = _viewer_of(session, source_id)
    if role:
        set_viewer_rule(tenant=session.tenant, viewer_hash=viewer_hash, role=ViewerRule.Role(role))
    else:
        remove_viewer_rule(tenant=session.tenant, viewer_hash=viewer_hash)
    command = SetViewerRole(viewer_hash, role)
    transaction.on_commit(lambda: _send_to_lives(session, command))


def _viewer_of(session: LiveSession, source_id: str) -> str:
    event = (
        ChatEvent.objects.filter(session=session, session_month=session.log_month, source_id=source_id)
        .exclude(viewer_hash="")
        .first()
    )
    if event is None:
        raise errors.viewer_unknown()
    return event.viewer_hash


def _send_to_lives(session: LiveSession, command: Command) -> None:
    """Send a command to all lives of the tenant; an unreachable worker reloads all roles later."""
    open_lives = LiveSession.objects.filter(tenant=session.tenant).exclude(status=Status.ENDED)
    for session_id in open_lives.values_list("id", flat=True):
        send_if_redis_answers(session_id, command)
