"""What the streamer does with the host's queue, and the pause of the host."""

from chatsources.events import EventKind, LiveEvent, Viewer
from chatsources.inbound_events import event_to_json
from livesessions import errors
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.intake.screener import MESSAGES
from livesessions.services.approvals import held_back_for
from livesessions.services.sessions import require_on_air, send
from livesessions.worker.commands import (
    AnswerMessage,
    Command,
    PauseHost,
    PinMessage,
    RemoveTurn,
    ResumeHost,
    UnpinMessage,
)
from moderation.labels import category_label
from moderation.models import ViewerRule
from moderation.stage.verdict import VIEWER_BLOCKED
from tenants import audit


def answer_message(*, session: LiveSession, message_id: str) -> None:
    """Have the host answer a viewer's message next.

    Raise `SessionConflict` for one that the rules block or that was deleted. The worker judges it again.
    """
    _send(session, AnswerMessage(message_id, _allowed(session, message_id)))


def pin_message(*, session: LiveSession, message_id: str) -> None:
    """Keep a message in the queue until it is answered; raise `SessionConflict` as `answer_message` does."""
    _send(session, PinMessage(message_id, _allowed(session, message_id)))


def unpin_message(*, session: LiveSession, message_id: str) -> None:
    """Keep a message in the queue no longer than any other."""
    _send(session, UnpinMessage(message_id))


def remove_turn(*, session: LiveSession, message_id: str) -> None:
    """Take a turn out of the queue, so that the host says nothing to it."""
    _send(session, RemoveTurn(message_id))


def pause_host(*, session: LiveSession) -> None:
    """Have the host say nothing new after its running reply. It still reads the chat."""
    _send(session, PauseHost())
    audit.record("session.host_paused", session)


def resume_host(*, session: LiveSession) -> None:
    """Have a paused host speak again."""
    _send(session, ResumeHost())
    audit.record("session.host_resumed", session)


def _send(session: LiveSession, command: Command) -> None:
    require_on_air(session)
    send(session, command)


def _allowed(session: LiveSession, message_id: str) -> str:
    """Return a stored message as `AnswerMessage` carries it; an empty text for one that is not stored yet.

    Raise `SessionConflict` if the host may not answer it.
    """
    event = ChatEvent.objects.filter(
        session=session, session_month=session.log_month, source_id=message_id
    ).first()
    if event is None:
        return ""
    if event.deleted:
        raise errors.message_deleted()
    blocked = ViewerRule.objects.filter(tenant_id=session.tenant_id, viewer_hash=event.viewer_hash)
    if event.viewer_hash and blocked.filter(standing=ViewerRule.Role.BLOCKED).exists():
        raise errors.message_refused(category_label(VIEWER_BLOCKED.reasons[0].category))
    if why := held_back_for(session, event.text):
        raise errors.message_refused(why)
    return event_to_json(_live_event(event)) if event.kind in MESSAGES else ""


def _live_event(event: ChatEvent) -> LiveEvent:
    """Return a stored message as the source gave it, but with the viewer's hash for an id."""
    viewer = Viewer(event.viewer_hash or event.source_id, event.viewer_name)
    return LiveEvent(EventKind(event.kind), event.source_id, event.occurred_at, viewer, event.text)
