"""Texts of the streamer's own that the host says word for word."""

from uuid import uuid4

from django.utils import timezone

from livesessions import errors
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.records import STREAMER
from livesessions.services.approvals import held_back_for
from livesessions.services.sessions import require_on_air, send
from livesessions.worker.commands import Say
from tenants import audit


def say_line(*, session: LiveSession, text: str) -> Reply:
    """Have the host say a text next; return its reply, which is queued until the host begins it.

    Raise `SessionConflict` when the live is not on air or its rules block the text, and `CommandUnreachable`
    when no worker can be reached; then there is no reply.
    """
    require_on_air(session)
    if why := held_back_for(session, text):
        raise errors.text_refused(why)
    reply = Reply.objects.create(
        id=uuid4(),
        tenant_id=session.tenant_id,
        session=session,
        trigger_kind=STREAMER,
        text=text,
        status=Reply.Status.QUEUED,
        created_at=timezone.now(),
        characters=len(text),
    )
    try:
        send(session, Say(text, reply.id))
    except errors.CommandUnreachable:
        reply.delete()
        raise
    audit.record("session.text_said", session, detail={"reply": str(reply.id)})
    return reply
