"""The first page of a show: what it consists of, how it stands, and its last lives."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from livesessions.access import get_show_for
from livesessions.console.presenter import phase_of
from livesessions.models.plans import QuizQuestion
from livesessions.models.sessions import LiveSession
from livesessions.querysets import plan_length_s
from overlay.plan_avatars import layout_on_air
from overlay.presence import read_pages
from rehearsals.models import Rehearsal
from speech.services.plan_voices import is_beyond_plan
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import may_control
from website.home.lives import last_lives


@require_safe
@member_required()
def show_detail(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    open_live = LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).first()
    layout = show.overlay.whole_layout
    context = {
        "show": show,
        "may_control": may_control(request),
        "open_live": open_live,
        "phase": phase_of(open_live).value if open_live else "",
        "lives": last_lives(request.tenant, show=show),
        "plan_minutes": plan_length_s(show) / 60,
        "questions": QuizQuestion.objects.filter(show=show).count(),
        "rehearsals": Rehearsal.objects.filter(show=show).count(),
        "is_avatar_beyond_plan": layout_on_air(layout, show.tenant_id) != layout,
        "is_voice_beyond_plan": is_beyond_plan(show.tenant_id, show.voice.provider),
        "pages": read_pages(show.overlay_id),
    }
    return render(request, "website/shows/show_detail.html", context)
