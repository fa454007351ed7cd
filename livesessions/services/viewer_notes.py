from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from moderation.models import ViewerRule
from moderation.services import set_viewer_note


def add_viewer_note(*, session: LiveSession, source_id: str, note: str) -> None:
    """Store the user's note about the viewer of an event, if there is a rule for this viewer."""
    events = ChatEvent.objects.filter(session=session, session_month=session.log_month, source_id=source_id)
    hashes = events.exclude(viewer_hash="").values("viewer_hash")[:1]
    rule = ViewerRule.objects.filter(tenant=session.tenant_id, viewer_hash__in=hashes).first()
    if rule is not None:
        set_viewer_note(rule=rule, note=note)
