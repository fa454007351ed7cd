"""Emergency links: the page that manages them, and the page that such a link opens."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from django_scopes import scope

from livesessions.access import get_emergency_link_for
from livesessions.errors import SessionConflict
from livesessions.kill import links
from livesessions.kill.acknowledgements import progress_of
from livesessions.kill.forms import EmergencyLinkForm
from livesessions.kill.middleware import press_of
from livesessions.models.kills import EmergencyLink
from livesessions.shows.views.setup import draw_code
from providers.errors import RateLimitUnavailable
from providers.rate_limit import Window, take
from tenants.access import member_required
from tenants.http import TenantRequest, client_address
from tenants.roles import EDITOR

logger = logging.getLogger(__name__)

LIST = "livesessions/emergency_link_list.html"
PAGE = "livesessions/emergency.html"
PRESSES = Window(limit=20, window_s=60)  # of one link
TRIES = Window(limit=30, window_s=60)  # of unknown addresses, from one network address
REFRESH_S = 1


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def emergency_link_list(request: TenantRequest) -> HttpResponse:
    """List the emergency links and create one; the answer shows its address, which is not stored."""
    form = EmergencyLinkForm(request.POST or None, tenant=request.tenant)
    if request.method != "POST":
        return _list(request, form=form)
    if not form.is_valid():
        return _list(request, form=form, status=422)
    try:
        new = links.create_link(tenant=request.tenant, user=request.user, **form.cleaned_data)
    except SessionConflict as conflict:
        form.add_error(None, conflict.user_message)
        return _list(request, form=form, status=409)
    return _list(request, form=EmergencyLinkForm(tenant=request.tenant), new=new)


@never_cache
@require_POST
@member_required(EDITOR)
def emergency_link_rotate(request: TenantRequest, link_id: UUID) -> HttpResponse:
    """Give a link a new address and show it, once."""
    new = links.rotate_link(link=get_emergency_link_for(request, link_id))
    return _list(request, form=EmergencyLinkForm(tenant=request.tenant), new=new)


@require_POST
@member_required(EDITOR)
def emergency_link_delete(request: TenantRequest, link_id: UUID) -> HttpResponse:
    links.delete_link(link=get_emergency_link_for(request, link_id))
    return redirect("livesessions:emergency_link_list")


def _list(
    request: TenantRequest, *, form: EmergencyLinkForm, new: links.NewLink | None = None, status: int = 200
) -> HttpResponse:
    rows = EmergencyLink.objects.filter(tenant=request.tenant).select_related("show", "created_by")
    context: dict[str, Any] = {"form": form, "links": rows}
    if new is not None:
        address = _address(request, new.token)
        context |= {"new": new.link, "address": address, "code": draw_code(address)}
    return render(request, LIST, context, status=status)


def _address(request: HttpRequest, token: str) -> str:
    path = reverse("livesessions:emergency", args=[token])
    return settings.PUBLIC_URL.rstrip("/") + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


# Without a CSRF token, because the page must work in a browser that keeps no cookie: nobody can forge the
# request who does not know the secret address, and who knows it needs no forgery.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest, token: str) -> HttpResponse:
    """Show the lives that a link ends; a POST ends them. A GET ends none, because previews of links send it.

    The address is a secret: it is never cached, indexed or sent as a referrer.
    """
    link = links.find_link(token)
    if link is None:
        if _is_refused(f"emergency:unknown:{client_address(request)}", TRIES):
            return _guarded(HttpResponse(status=429))
        raise Http404("No emergency link has this address.")
    if request.method == "POST":
        if _is_refused(f"emergency:link:{link.id}", PRESSES):
            return _guarded(_page(request, link, status=429))
        links.press(link=link, address=client_address(request), **press_of(request))
        return _guarded(redirect("livesessions:emergency", token))
    return _guarded(_page(request, link))


def _is_refused(name: str, limit: Window) -> bool:
    try:
        return take({name: limit}) > 0
    except RateLimitUnavailable:  # a kill must work without Redis
        logger.warning("A request of an emergency page was not counted.")
        return False


def _page(request: HttpRequest, link: EmergencyLink, *, status: int = 200) -> HttpResponse:
    zone = link.tenant.time_zone
    with scope(tenant=link.tenant), translation.override(link.tenant.language), timezone.override(zone):
        kills = list(links.recent_kills(link))
        progress = [found for kill in kills if (found := progress_of(kill.session))]
        context = {
            "link": link,
            "lives": list(links.open_lives(link)),
            "progress": progress,
            "refresh_s": REFRESH_S if any(not each.is_complete for each in progress) else None,
            "is_refused": status == 429,
        }
        return render(request, PAGE, context, status=status)


def _guarded(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
