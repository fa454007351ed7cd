from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from livesessions import errors
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.reply.approvals import HELD_FOR_S
from livesessions.services.sessions import require_on_air, send
from livesessions.worker.commands import Approve, Reject
from moderation.labels import category_label
from moderation.line_check import check_line
from moderation.models import Policy
from tenants import audit

HELD_FOR = timedelta(seconds=HELD_FOR_S)


def approve_reply(*, session: LiveSession, reply_id: UUID, text: str = "") -> None:
    """Have the host say a held reply; `text`, if not empty, replaces its text.

    Raise `SessionConflict` when the reply is not held any more, and for a text that the rules block.
    """
    _require_held(session, reply_id)
    if text.strip() and (why := held_back_for(session, text)):
        raise errors.reply_refused(why)
    send(session, Approve(reply_id, text))
    detail = {"reply": str(reply_id), "reworded": bool(text.strip())}
    audit.record("session.reply_approved", session, detail=detail)


def reject_reply(*, session: LiveSession, reply_id: UUID) -> None:
    """Drop a held reply. Raise `SessionConflict` when it is not held any more."""
    _require_held(session, reply_id)
    send(session, Reject(reply_id))
    audit.record("session.reply_rejected", session, detail={"reply": str(reply_id)})


def _require_held(session: LiveSession, reply_id: UUID) -> None:
    require_on_air(session)
    reply = Reply.objects.filter(session=session, id=reply_id).first()
    if reply is None:
        raise errors.reply_unknown()
    is_late = reply.status == Reply.Status.HELD and timezone.now() - reply.created_at > HELD_FOR
    if reply.status == Reply.Status.EXPIRED or is_late:
        raise errors.reply_expired()
    if reply.status != Reply.Status.HELD:
        raise errors.reply_decided()


def held_back_for(session: LiveSession, text: str) -> str:
    """Return the user's text for why the live's gate blocks a text; empty when it does not."""
    policy = Policy.objects.get(tenant_id=session.tenant_id, id=session.show.policy_id)
    verdict = check_line(
        text, blocklist=policy.blocklist, allowlist=policy.allowlist, safe_mode=policy.safe_mode
    ).verdict
    if not verdict.blocked:
        return ""
    return ", ".join(dict.fromkeys(category_label(each.category) for each in verdict.reasons))
