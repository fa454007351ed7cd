from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from livesessions.access import get_session_for
from livesessions.console.views import UNREACHABLE, command
from livesessions.errors import CommandUnreachable, SessionConflict
from livesessions.services.queue import (
    answer_message,
    pause_host,
    pin_message,
    remove_turn,
    resume_host,
    unpin_message,
)
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR

SAID = "livesessions/session_detail.html#queue-said"
ACTIONS = {
    "answer": (answer_message, gettext_lazy("Your host answers it next.")),
    "pin": (pin_message, gettext_lazy("Pinned: it stays in the queue until it is answered.")),
    "unpin": (unpin_message, gettext_lazy("Not pinned any more.")),
    "remove": (remove_turn, gettext_lazy("Removed from the queue.")),
}


@require_POST
@member_required(EDITOR)
def session_queue(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Answer, pin, unpin or remove a message; the socket shows the queue as it is then."""
    session = get_session_for(request, session_id)
    known = ACTIONS.get(request.POST.get("action", ""))
    problem, status, said = str(_("This choice does not exist.")), 422, ""
    if known is not None:
        act, words = known
        try:
            act(session=session, message_id=request.POST.get("source_id", "")[:100])
        except SessionConflict as conflict:
            problem, status = str(conflict), 409
        except CommandUnreachable:
            problem, status = str(UNREACHABLE), 503
        else:
            problem, status, said = "", 200, str(words)
    if request.htmx:
        return render(request, SAID, {"problem": problem, "said": said}, status=status)
    (messages.error if problem else messages.success)(request, problem or said)
    return redirect("livesessions:session_detail", session.id)


@require_POST
@member_required(EDITOR)
def session_pause(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, pause_host)


@require_POST
@member_required(EDITOR)
def session_resume(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, resume_host)
