from django.db import transaction

from livesessions import errors
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import Status, send_if_redis_answers
from livesessions.worker.commands import Command, SetViewerRole
from moderation.models import ViewerRule
from moderation.services import remove_viewer_rule, set_viewer_rule


@transaction.atomic
def set_viewer_role_of(*, session: LiveSession, source_id: str, standing: str) -> None:
    """Decide about whoever caused an event of a live, for all lives of the tenant; "" takes it back.

    A page names the event, so that it need not know who the viewer is. The lives that run learn it at once.
    Raise `SessionConflict` for an event without a viewer, ValueError for what is no standing.
    """
    viewer_hash = _viewer_of(session, source_id)
    if standing:
        decided = ViewerRule.Role(standing)
        set_viewer_rule(tenant=session.tenant, viewer_hash=viewer_hash, standing=decided)
    else:
        remove_viewer_rule(tenant=session.tenant, viewer_hash=viewer_hash)
    command = SetViewerRole(viewer_hash, standing)
    transaction.on_commit(lambda: _tell_lives(session, command))


def _viewer_of(session: LiveSession, source_id: str) -> str:
    event = (
        ChatEvent.objects.filter(session=session, session_month=session.log_month, source_id=source_id)
        .exclude(viewer_hash="")
        .first()
    )
    if event is None:
        raise errors.viewer_unknown()
    return event.viewer_hash


def _tell_lives(session: LiveSession, command: Command) -> None:
    """A worker that it does not reach reads all rules anew when it is back."""
    open_lives = LiveSession.objects.filter(tenant=session.tenant).exclude(status=Status.ENDED)
    for session_id in open_lives.values_list("id", flat=True):
        send_if_redis_answers(session_id, command)
