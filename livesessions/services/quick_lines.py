"""The sentences that a show keeps ready for its host."""

from django.db import transaction

from livesessions import errors
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.approvals import held_back_for

MAX_QUICK_LINES = 12


@transaction.atomic
def add_quick_line(*, session: LiveSession, text: str) -> None:
    """Add a sentence to the quick lines of a live's show.

    Raise `SessionConflict` for a text that the rules block, and when there are enough.
    """
    if why := held_back_for(session, text):
        raise errors.text_refused(why)
    show = Show.objects.select_for_update().get(id=session.show_id)
    if text not in show.quick_lines:
        if len(show.quick_lines) >= MAX_QUICK_LINES:
            raise errors.quick_lines_full(MAX_QUICK_LINES)
        show.quick_lines.append(text)
        show.save(update_fields=["quick_lines"])


@transaction.atomic
def remove_quick_line(*, session: LiveSession, text: str) -> None:
    """Remove a sentence from the quick lines of a live's show."""
    show = Show.objects.select_for_update().get(id=session.show_id)
    show.quick_lines = [line for line in show.quick_lines if line != text]
    show.save(update_fields=["quick_lines"])
