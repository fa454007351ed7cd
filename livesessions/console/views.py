from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from billing.errors import PlanRefused
from encoder.stored_reports import read_report
from livesessions.access import get_session_for
from livesessions.console.forms import SayForm
from livesessions.console.headline import headline_of
from livesessions.console.health import health_of
from livesessions.console.presenter import (
    describe,
    facts_of,
    numbers_of,
    plain_rows,
    read_recent,
    stream_context,
)
from livesessions.console.unpriced import unpriced_services
from livesessions.errors import CommandUnreachable, SessionConflict
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import (
    mute_session,
    renew_session_stream,
    skip_reply,
    start_session,
    stop_session,
    unmute_session,
)
from overlay.errors import OverlayUnreachable
from overlay.presence import read_pages
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

CONSOLE = "livesessions/session_detail.html"
UNREACHABLE = gettext_lazy("The live cannot be reached right now. Try again in a moment.")


@require_safe
@member_required()
def session_detail(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Show the console of a live; an ended live has its report instead."""
    session = get_session_for(request, session_id)
    if not session.is_open:
        return redirect("reports:live_detail", session.id)
    controls = may_control(request)
    state = describe(session, may_control=controls)
    overlay_path = reverse("overlay:page", args=[session.show.overlay.token])
    pages = read_pages(session.show.overlay_id)
    messages = read_recent(session)
    facts = facts_of(state, messages, pages, read_report(session.show_id))
    with timezone.override(request.tenant.time_zone):
        plain = plain_rows(messages)
    context = {
        **state,
        "session_id": session.id,
        "headline": headline_of(facts),
        "health": health_of(facts),
        **stream_context(facts.stream, session),
        "numbers": numbers_of(facts, None),
        "plain": plain,
        "say_form": SayForm(auto_id="say-%s"),
        "overlays": pages,
        "overlay_url": _absolute(request, overlay_path) if controls else "",
        "events_url": _events_url(request, session) if controls else "",
        "unpriced": unpriced_services(session.show) if session.is_open else [],
    }
    return render(request, CONSOLE, context)


@require_POST
@member_required(EDITOR)
def session_start(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, start_session)


@require_POST
@member_required(EDITOR)
def session_stop(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, stop_session)


@require_POST
@member_required(EDITOR)
def session_mute(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, mute_session)


@require_POST
@member_required(EDITOR)
def session_unmute(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, unmute_session)


@require_POST
@member_required(EDITOR)
def session_skip(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, skip_reply)


@require_POST
@member_required(EDITOR)
def session_stream_renew(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Have the live's stream try again with what is stored now."""
    session = get_session_for(request, session_id)
    try:
        renew_session_stream(session=session)
    except SessionConflict as conflict:
        return back_to_console(request, session, conflict.user_message)
    except CommandUnreachable:
        return back_to_console(request, session, str(UNREACHABLE))
    messages.success(request, _("The stream tries again."))
    return redirect("livesessions:session_detail", session.id)


def command(request: TenantRequest, session_id: UUID, act: Callable[..., object]) -> HttpResponse:
    """Run a command and render the controls; without htmx, redirect to the console.

    The socket renders the rest of the page.
    """
    session = get_session_for(request, session_id)
    conflict = ""
    try:
        act(session=session)
    except (SessionConflict, PlanRefused) as error:
        conflict = str(error)
    except (CommandUnreachable, OverlayUnreachable):
        conflict = str(UNREACHABLE)
    if not request.htmx:
        return back_to_console(request, session, conflict)
    session.refresh_from_db()
    state = describe(session, may_control=True)
    context = {**state, "conflict": conflict}
    return render(request, f"{CONSOLE}#session-controls", context, status=409 if conflict else 200)


def back_to_console(request: TenantRequest, session: LiveSession, problem: str) -> HttpResponse:
    """Answer a form that was sent without htmx."""
    if problem:
        messages.error(request, problem)
    return redirect("livesessions:session_detail", session.id)


def _events_url(request: TenantRequest, session: LiveSession) -> str:
    """Return the address to which a bridge posts the chat; empty for sessions with another chat."""
    if session.source != LiveSession.Source.BRIDGE:
        return ""
    return _absolute(request, reverse("api:events", args=[session.id]))


def _absolute(request: TenantRequest, path: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + path if settings.PUBLIC_URL else request.build_absolute_uri(path)
