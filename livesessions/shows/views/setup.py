from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from livesessions.access import get_session_for, get_show_for
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.shows.services.overlay_tests import run_show_overlay_test
from overlay.badge import badge_text
from overlay.presence import read_pages
from overlay.testing.outcome_messages import MESSAGES, OutcomeMessage
from overlay.testing.services import OverlaySample
from tenants.access import member_required
from tenants.errors import AppError, TechnicalError
from tenants.http import TenantRequest
from tenants.roles import EDITOR

PAGE = "livesessions/show_setup.html"
UNREACHABLE = _("The overlay cannot be reached right now. Try again in a moment.")
PROGRAMS = {"obs": "OBS Studio", "streamlabs": "Streamlabs Desktop", "tiktok": "TikTok LIVE Studio"}


@never_cache
@require_safe
@member_required(EDITOR)
def show_setup(request: TenantRequest, show_id: UUID, program: str = "obs") -> HttpResponse:
    """Show how to add the show's overlay to a streaming program."""
    if program not in PROGRAMS:
        raise Http404
    show = get_show_for(request, show_id)
    return render(request, PAGE, _context(request, show, program))


@never_cache
@require_safe
@member_required(EDITOR)
def show_overlays(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Show which overlay pages are open, and whether they are audible."""
    show = get_show_for(request, show_id)
    return render(request, f"{PAGE}#overlays-open", {"overlays": read_pages(show.overlay_id)})


@never_cache
@require_safe
@member_required(EDITOR)
def show_qr(request: TenantRequest, show_id: UUID, what: str) -> HttpResponse:
    """Show the address of the overlay, a secret, or of the guide as a QR code for another device."""
    show = get_show_for(request, show_id)
    context = _context(request, show, "obs")
    if what not in ("overlay", "guide"):
        raise Http404
    context["code_of"] = what
    context["code"] = draw_code(context["overlay_url"] if what == "overlay" else context["guide_url"])
    return render(request, f"{PAGE}#qr" if request.htmx else PAGE, context)


@require_POST
@member_required(EDITOR)
def overlay_test(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Show or say a sample on the overlay, and show the outcome."""
    show = get_show_for(request, show_id)
    if request.POST.get("sample") not in set(OverlaySample):
        raise Http404
    message, status = _run_test(show, OverlaySample(request.POST["sample"]))
    if request.htmx:
        return render(request, f"{PAGE}#test-outcome", {"outcome": message, "show": show}, status=status)
    messages.add_message(request, message.level, f"{message.title} {message.text}")
    if live := request.POST.get("live"):
        return redirect("livesessions:session_detail", _live_of(request, live).id)
    return redirect("livesessions:show_setup", show.id)


def _run_test(show: Show, sample: OverlaySample) -> tuple[OutcomeMessage, int]:
    """Run an overlay test; return the message for the user and the HTTP status."""
    try:
        return MESSAGES[run_show_overlay_test(show=show, sample=sample)], 200
    except TechnicalError:
        return OutcomeMessage(messages.ERROR, UNREACHABLE), 409
    except AppError as refusal:
        return OutcomeMessage(messages.WARNING, refusal.user_message), 409


def _live_of(request: TenantRequest, named: str) -> LiveSession:
    try:
        return get_session_for(request, UUID(named))
    except ValueError:
        raise Http404 from None


def _context(request: TenantRequest, show: Show, program: str) -> dict[str, Any]:
    return {
        "show": show,
        "program": program,
        "program_name": PROGRAMS[program],
        "programs": PROGRAMS.items(),
        "badge": badge_text(show.language),
        "overlay_url": _absolute(request, reverse("overlay:page", args=[show.overlay.token])),
        "guide_url": _absolute(request, reverse("livesessions:show_setup", args=[show.id])),
        "overlays": read_pages(show.overlay_id),
        "live": LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).first(),
    }


def _absolute(request: TenantRequest, path: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def draw_code(address: str) -> SafeString:
    """Return a QR code as SVG: with the quiet zone that cameras need, and dark on white in any theme."""
    code = segno.make(address, error="m", micro=False)
    # Only rectangles: the address is not in the SVG as text.
    return mark_safe(code.svg_inline(scale=1, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S308
