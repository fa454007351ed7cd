from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from livesessions.access import get_session_for
from livesessions.console.forms import SayForm
from livesessions.console.views import CONSOLE, UNREACHABLE, back_to_console
from livesessions.errors import CommandUnreachable, SessionConflict
from livesessions.services.lines import say_line
from livesessions.services.quick_lines import add_quick_line, remove_quick_line
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR


@require_POST
@member_required(EDITOR)
def session_say(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Have the host say a text; the rules judge it before it is acknowledged."""
    return _answer(request, session_id, say_line, said="queued")


@require_POST
@member_required(EDITOR)
def quick_line_add(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return _answer(request, session_id, add_quick_line, said="stored")


@require_POST
@member_required(EDITOR)
def quick_line_remove(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return _answer(request, session_id, remove_quick_line, said="")


def _answer(request: TenantRequest, session_id: UUID, act: Any, *, said: str) -> HttpResponse:
    """Do something with the text of a form, and draw the field again with what came of it."""
    session = get_session_for(request, session_id)
    form = SayForm(request.POST, auto_id="say-%s")
    status = 422
    if form.is_valid():
        try:
            act(session=session, text=form.cleaned_data["text"])
            form, status = SayForm(auto_id="say-%s"), 200
        except SessionConflict as conflict:
            form.add_error("text", str(conflict))
            status = 409
        except CommandUnreachable:
            form.add_error("text", str(UNREACHABLE))
            status = 503
    if not request.htmx:
        return back_to_console(request, session, " ".join(str(error) for error in form["text"].errors))
    session.show.refresh_from_db(fields=["quick_lines"])
    context = {"session": session, "say_form": form, "said": said if status == 200 else ""}
    return render(request, f"{CONSOLE}#say", context, status=status)
