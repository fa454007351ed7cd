"""The list of lives, the report of an ended live, and its exports."""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from livesessions.access import get_session_for
from livesessions.kill.acknowledgements import progress_of
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from reports.charts import draw_timeline
from reports.exports.streams import stream_csv, stream_json
from reports.exports.tables import TABLES
from reports.models import LiveSummary
from reports.presenter import length_text, moments_of, presser_of, timeline_rows, top_gifters
from reports.querysets import ReportCursor, audible_ids, page_of_lives, page_of_replies
from reports.summary.questions import unanswered_questions
from reports.summary.services import summary_of
from tenants.access import member_required
from tenants.http import TenantRequest, as_uuid
from tenants.roles import may_control

STREAMS = {
    "csv": (stream_csv, "text/csv; charset=utf-8"),
    "json": (stream_json, "application/json"),
}


@require_safe
@member_required()
def live_list(request: TenantRequest) -> HttpResponse:
    """List the lives of the workspace, or of one show, the newest first."""
    asked = request.GET.get("show", "")
    shows = list(Show.objects.filter(tenant=request.tenant).order_by("name").only("id", "name"))
    show = next((show for show in shows if show.id == as_uuid(asked)), None)
    before = ReportCursor.parse(request.GET.get("before", ""))
    lives, older = page_of_lives(request.tenant, show_id=show.id if show else None, before=before)
    context = {
        "rows": [_list_row(live) for live in lives],
        "shows": shows,
        "show": show,
        "older": _address(show, before=older) if older else "",
        "is_first": before is None,
        "may_control": may_control(request),
    }
    return render(request, "reports/live_list.html", context)


def _address(show: Show | None, *, before: ReportCursor) -> str:
    return urlencode({**({"show": str(show.id)} if show else {}), "before": str(before)})


def _list_row(live: LiveSession) -> dict[str, Any]:
    summary: LiveSummary | None = getattr(live, "summary", None)
    if live.started_at is None or live.ended_at is None:
        return {"live": live, "summary": None, "length": ""}
    seconds = round((live.ended_at - live.started_at).total_seconds())
    return {"live": live, "summary": summary, "length": length_text(seconds)}


@require_safe
@member_required()
def live_detail(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Show how an ended live went; a live that has not ended is on its console."""
    session = get_session_for(request, session_id)
    if session.is_open:
        return redirect("livesessions:session_detail", session.id)
    summary = summary_of(session)
    replies, later = page_of_replies(session, ReportCursor.parse(request.GET.get("after", "")))
    kill = progress_of(session)
    context = {
        "session": session,
        "summary": summary,
        "length": length_text(summary.length_s),
        "wait_s": (summary.median_wait_ms or 0) / 1000,
        "text_days": settings.CHAT_TEXT_RETENTION_DAYS,
        "timeline": draw_timeline(summary),
        "timeline_rows": timeline_rows(session, summary),
        "moments": moments_of(session, summary),
        "gifters": top_gifters(session, summary),
        "replies": replies,
        "audible": audible_ids(replies),
        "later": urlencode({"after": str(later)}) if later else "",
        "is_first": "after" not in request.GET,
        "questions": unanswered_questions(session),
        "kill": kill,
        "presser": presser_of(kill.kill) if kill else "",
        "may_control": may_control(request),
    }
    return render(request, "reports/live_detail.html", context)


@require_safe
@member_required()
def live_export(request: TenantRequest, session_id: UUID, table: str, kind: str) -> HttpResponse:
    """Stream one of the live's tables as a file."""
    session = get_session_for(request, session_id)
    if table not in TABLES or kind not in STREAMS:
        raise Http404("There is no such export.")
    stream, content_type = STREAMS[kind]
    rows = stream(TABLES[table], session, get_language() or "en")
    response = StreamingHttpResponse(rows, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{table}-{session.id}.{kind}"'
    return cast("HttpResponse", response)
