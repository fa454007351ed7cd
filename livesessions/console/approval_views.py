from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from livesessions.access import get_session_for
from livesessions.console.forms import ApprovalForm
from livesessions.console.views import UNREACHABLE
from livesessions.errors import CommandUnreachable, SessionConflict
from livesessions.models.sessions import LiveSession
from livesessions.services.approvals import approve_reply, reject_reply
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR

SAID = "livesessions/session_detail.html#held-said"


@require_POST
@member_required(EDITOR)
def reply_approve(request: TenantRequest, session_id: UUID, reply_id: UUID) -> HttpResponse:
    session = get_session_for(request, session_id)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _answer(request, session, " ".join(str(error) for error in form["text"].errors), 422)
    text = form.cleaned_data["text"]
    return _decide(request, session, lambda: approve_reply(session=session, reply_id=reply_id, text=text))


@require_POST
@member_required(EDITOR)
def reply_reject(request: TenantRequest, session_id: UUID, reply_id: UUID) -> HttpResponse:
    session = get_session_for(request, session_id)
    return _decide(request, session, lambda: reject_reply(session=session, reply_id=reply_id))


def _decide(request: TenantRequest, session: LiveSession, act: Callable[[], None]) -> HttpResponse:
    """Send the decision; the socket removes the answer from the page when the live has received it."""
    try:
        act()
    except SessionConflict as conflict:
        return _answer(request, session, str(conflict), 409)
    except CommandUnreachable:
        return _answer(request, session, str(UNREACHABLE), 503)
    return _answer(request, session, "", 200)


def _answer(request: TenantRequest, session: LiveSession, problem: str, status: int) -> HttpResponse:
    if request.htmx:
        return render(request, SAID, {"problem": problem, "said": _("One moment…")}, status=status)
    if problem:
        messages.error(request, problem)
    return redirect("livesessions:session_detail", session.id)
