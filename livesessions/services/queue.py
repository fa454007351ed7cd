"""What the streamer does with the host's queue, and the pause of the host."""

from livesessions import errors
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
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
from tenants import audit


def answer_message(*, session: LiveSession, message_id: str) -> None:
    """Have the host answer a viewer's message next.

    Raise `SessionConflict` for one that the rules block or that was deleted. The worker judges it again.
    """
    _require_allowed(session, message_id)
    _send(session, AnswerMessage(message_id))


def pin_message(*, session: LiveSession, message_id: str) -> None:
    """Keep a message in the queue until it is answered; raise `SessionConflict` as `answer_message` does."""
    _require_allowed(session, message_id)
    _send(session, PinMessage(message_id))


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


def _require_allowed(session: LiveSession, message_id: str) -> None:
    """Raise `SessionConflict` if the host may not answer a message. One that is not stored yet is allowed."""
    event = ChatEvent.objects.filter(
        session=session, session_month=session.log_month, source_id=message_id
    ).first()
    if event is None:
        return
    if event.deleted:
        raise errors.message_deleted()
    if why := held_back_for(session, event.text):
        raise errors.message_refused(why)
