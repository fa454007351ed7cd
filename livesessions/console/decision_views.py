from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from livesessions.access import get_session_for
from livesessions.console import decisions
from livesessions.errors import SessionConflict
from livesessions.models.sessions import LiveSession
from livesessions.services.viewer_notes import add_viewer_note
from livesessions.services.viewers import set_role_of_author
from moderation.errors import BlocklistError
from moderation.labels import CATEGORY_LABELS
from moderation.models import Policy, ViewerRule
from moderation.services import allow_term, block_term
from moderation.stage.verdict import Category, Risk
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

HOST = "host"
SHOWN = {"": "", "blocked": Risk.HIGH.value, "careful": Risk.MEDIUM.value}
CATEGORIES = frozenset(Category)
NOTE_LENGTH = 200


@require_safe
@member_required()
def decision_list(request: TenantRequest, session_id: UUID) -> HttpResponse:
    session = get_session_for(request, session_id)
    shown, category = _filters(request)
    before = decisions.PageCursor.parse(request.GET.get("before", ""))
    if shown == HOST:
        rows, older = _host_decisions(session, before)
    else:
        rows, older = _chat_decisions(session, before, shown, category)
    filters = {name: value for name, value in (("show", shown), ("category", category)) if value}
    context: dict[str, Any] = {
        "session": session,
        "rows": rows,
        "shown": shown,
        "category": category,
        "categories": sorted(
            ((str(key), str(words)) for key, words in CATEGORY_LABELS.items()), key=_by_words
        ),
        "older": urlencode({**filters, "before": str(older)}) if older else "",
        "is_first": before is None,
        "filters": urlencode(filters),
        "here": request.get_full_path(),
        "may_control": may_control(request),
    }
    return render(request, "livesessions/decision_list.html", context)


def _by_words(entry: tuple[str, str]) -> str:
    return entry[1]


def _filters(request: HttpRequest) -> tuple[str, str]:
    shown, category = request.GET.get("show", ""), request.GET.get("category", "")
    return shown if shown in {*SHOWN, HOST} else "", category if category in CATEGORIES else ""


def _chat_decisions(
    session: LiveSession, before: decisions.PageCursor | None, shown: str, category: str
) -> tuple[list[decisions.Decision], decisions.PageCursor | None]:
    lines = decisions.judged_messages(session, risk=SHOWN[shown], category=category)
    events = decisions.page_of_messages(lines, before, decisions.LINES_A_PAGE + 1)
    page = events[: decisions.LINES_A_PAGE]
    older = decisions.cursor_after(page) if len(events) > len(page) else None
    return decisions.decisions_on(session, page), older


def _host_decisions(
    session: LiveSession, before: decisions.PageCursor | None
) -> tuple[list[decisions.Decision], decisions.PageCursor | None]:
    found = decisions.page_of_replies(decisions.held_back(session), before, decisions.LINES_A_PAGE + 1)
    page = found[: decisions.LINES_A_PAGE]
    older = decisions.PageCursor(page[-1].created_at, str(page[-1].id)) if len(found) > len(page) else None
    return decisions.decisions_of_host(page), older


@require_safe
@member_required()
def decision_export(request: TenantRequest, session_id: UUID) -> HttpResponse:
    session = get_session_for(request, session_id)
    shown, category = _filters(request)
    table = decisions.export_csv(
        session, risk=SHOWN.get(shown, ""), category=category, language=get_language() or "en"
    )
    response = StreamingHttpResponse(table, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="decisions-{session.id}.csv"'
    return cast("HttpResponse", response)


@require_POST
@member_required(EDITOR)
def term_allow(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return _move_term(request, session_id, allow_term, _("“%(term)s” is allowed from now on."))


@require_POST
@member_required(EDITOR)
def term_block(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return _move_term(request, session_id, block_term, _("“%(term)s” is blocked from now on."))


def _move_term(
    request: TenantRequest, session_id: UUID, move: Callable[..., None], success: str
) -> HttpResponse:
    session = get_session_for(request, session_id)
    policy = Policy.objects.get(tenant=request.tenant, id=session.show.policy_id)
    term = request.POST.get("term", "")
    try:
        move(policy=policy, term=term)
    except BlocklistError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, success % {"term": term})
    return _back(request, session)


@require_POST
@member_required(EDITOR)
def viewer_set(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Block or trust the author of a message, or make them a moderator."""
    session = get_session_for(request, session_id)
    role = request.POST.get("standing", "")
    if role not in ViewerRule.Role.values:
        return _answer(request, session, problem=_("This choice does not exist."))
    source_id, note = request.POST.get("source_id", ""), request.POST.get("note", "").strip()
    try:
        set_role_of_author(session=session, source_id=source_id, role=role)
    except SessionConflict as conflict:
        return _answer(request, session, problem=str(conflict))
    if note:
        add_viewer_note(session=session, source_id=source_id, note=note[:NOTE_LENGTH])
    return _answer(request, session, success=_success_text(role))


def _answer(
    request: TenantRequest, session: LiveSession, *, success: str = "", problem: str = ""
) -> HttpResponse:
    if request.htmx:
        context = {"said": success, "problem": problem}
        status = 409 if problem else 200
        return render(request, "livesessions/session_detail.html#viewer-said", context, status=status)
    (messages.error if problem else messages.success)(request, problem or success)
    return _back(request, session)


def _success_text(role: str) -> str:
    return {
        ViewerRule.Role.BLOCKED.value: _("Blocked: your hosts no longer answer this viewer."),
        ViewerRule.Role.TRUSTED.value: _("Trusted: safe mode no longer blocks this viewer's messages."),
        ViewerRule.Role.MODERATOR.value: _("Moderator: this viewer may give your host commands in the chat."),
    }[role]


def _back(request: TenantRequest, session: LiveSession) -> HttpResponse:
    """Redirect to the page named by the form, if it belongs to this live; otherwise to the decisions."""
    asked = request.POST.get("back", "")
    home = reverse("livesessions:decision_list", args=[session.id])
    is_ours = asked.startswith(
        reverse("livesessions:session_detail", args=[session.id])
    ) and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return redirect(asked if is_ours else home)
