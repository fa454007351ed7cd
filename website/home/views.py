"""The home page: what to do next, what is live, how the last lives went, usage and health."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from livesessions.console.presenter import phase_of
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import may_control
from website.home.health import health_of
from website.home.lives import last_lives
from website.home.next_steps import next_steps
from website.home.usage import usage_for

PAGE = "website/home.html"


@require_safe
@member_required()
def home(request: TenantRequest) -> HttpResponse:
    """Show a member's home; htmx asks for the lives that are on air."""
    open_lives = LiveSession.objects.filter(tenant=request.tenant).exclude(status=LiveSession.Status.ENDED)
    rows = [
        {"live": live, "phase": phase_of(live).value}
        for live in open_lives.select_related("show").order_by("-created_at")
    ]
    if request.htmx:
        return render(request, f"{PAGE}#live-now", {"rows": rows})
    shows = list(Show.objects.filter(tenant=request.tenant, archived_at=None)[:1])
    show = shows[0] if shows else None
    context = {
        "rows": rows,
        "show": show,
        "steps": next_steps(request.tenant, show) if may_control(request) else [],
        "lives": last_lives(request.tenant),
        **usage_for(request),
        "health": health_of(request.tenant),
        "may_control": may_control(request),
    }
    return render(request, PAGE, context)
