"""The five steps of the set-up wizard. Each can be skipped, left and taken up again."""

from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chatsources.handle_check import HandleState, check_handle
from livesessions.shows.services.overlay_tests import run_show_overlay_test
from livesessions.shows.services.shows import change_show
from livesessions.shows.views.setup import UNREACHABLE, draw_code
from overlay.presence import read_pages
from overlay.testing.outcome_messages import MESSAGES, OutcomeMessage
from overlay.testing.sample_texts import sample_texts
from overlay.testing.services import OverlaySample
from overlay.testing.spoken_line import OverlayTestOutcome
from planner.presets import Preset, find_preset, presets
from speech.errors import PreviewRefused
from speech.runtime.preview import preview_voice
from speech.runtime.preview_sounds import store_sound
from tenants.access import member_required
from tenants.errors import AppError, TechnicalError
from tenants.forms import time_zones
from tenants.http import TenantRequest
from tenants.models import Membership
from website.views import public_address
from website.wizard.forms import HandleForm, RulesForm, YouForm
from website.wizard.progress import SetupStep, finish, first_open_step, links, mark_done, step_after, url_of
from website.wizard.services import choose_host, first_show, set_language, set_rules

ADMIN = Membership.Role.ADMIN
DEFAULT_HOST = "default"
POST = "POST"


@require_safe
@member_required(ADMIN)
def start(request: TenantRequest) -> HttpResponse:
    """Go on where the workspace has left the wizard."""
    return redirect(url_of(first_open_step(request.tenant)))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(ADMIN)
def start_you(request: TenantRequest) -> HttpResponse:
    if _skips(request):
        return _go_on(request, SetupStep.YOU)
    form = YouForm(request.POST or None, instance=request.tenant)
    if request.method == POST and form.is_valid():
        form.save()
        set_language(tenant=request.tenant, language=request.tenant.language)
        return _go_on(request, SetupStep.YOU)
    if form.is_bound:
        request.tenant.refresh_from_db()  # the page around the form shows the stored values
    return _page(request, SetupStep.YOU, form=form, time_zones=time_zones())


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(ADMIN)
def start_handle(request: TenantRequest) -> HttpResponse:
    """Save the handle when TikTok knows it, or cannot be asked; a second press saves an unknown one."""
    if _skips(request):
        return _go_on(request, SetupStep.HANDLE)
    show = first_show(request.tenant)
    form = HandleForm(request.POST or None, instance=show)
    if request.method != POST or not form.is_valid():
        return _page(request, SetupStep.HANDLE, form=form)
    handle = form.cleaned_data["handle"]
    state = _ask_tiktok(handle) if handle else None
    insists = request.POST.get("insist") == handle
    if state is HandleState.NOT_FOUND and not insists:
        return _page(request, SetupStep.HANDLE, form=form, unknown=handle, status=422)
    change_show(show=show, handle=handle)
    if state is not None:
        messages.add_message(request, *_said_about(handle, state))
    return _go_on(request, SetupStep.HANDLE)


def _ask_tiktok(handle: str) -> HandleState:
    state: HandleState = async_to_sync(check_handle)(handle, app_url=settings.TIKTOK_APP_URL)
    return state


def _said_about(handle: str, state: HandleState) -> tuple[int, str]:
    if state is HandleState.LIVE:
        return messages.SUCCESS, _("@%(handle)s is live on TikTok right now.") % {"handle": handle}
    if state is HandleState.OFFLINE:
        return messages.SUCCESS, _("TikTok knows @%(handle)s.") % {"handle": handle}
    if state is HandleState.NOT_FOUND:
        return messages.WARNING, _("Saved, although TikTok does not know @%(handle)s.") % {"handle": handle}
    return messages.WARNING, _("@%(handle)s is saved. TikTok could not be asked now.") % {"handle": handle}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(ADMIN)
def start_host(request: TenantRequest) -> HttpResponse:
    if _skips(request):
        return _go_on(request, SetupStep.HOST)
    show = first_show(request.tenant)
    if request.method == POST:
        choose_host(show=show, preset=_preset(request.POST.get("host", DEFAULT_HOST), show.language))
        return _go_on(request, SetupStep.HOST)
    hosts = [
        {"slug": preset.slug, "name": preset.name, "tagline": preset.tagline, "line": preset.sample_lines[0]}
        for preset in presets()
        if preset.language == show.language
    ]
    chosen = next((host["slug"] for host in hosts if host["name"] == show.persona.name), DEFAULT_HOST)
    return _page(
        request,
        SetupStep.HOST,
        hosts=hosts,
        chosen=chosen,
        default=DEFAULT_HOST,
        hello=_hello(show.language),
        language=show.language,
    )


@never_cache
@require_safe
@member_required(ADMIN)
def host_sound(request: TenantRequest, slug: str) -> HttpResponse:
    """Say a host's line in the show's voice, and send the browser to the sound."""
    show = first_show(request.tenant)
    preset = _preset(slug, show.language)
    line = preset.sample_lines[0] if preset else _hello(show.language)
    try:
        preview = preview_voice(profile=show.voice, text=line, user=request.user)
        if not preview.wav:
            return HttpResponse(status=503)
        key = store_sound(tenant=request.tenant, user=request.user, wav=preview.wav)
    except PreviewRefused as refusal:
        return HttpResponse(status=refusal.status)
    return redirect("speech:preview_sound", key)


def _preset(slug: str, language: str) -> Preset | None:
    """Return a preset of a language, None for the default host; raise 404 for any other."""
    if slug == DEFAULT_HOST:
        return None
    preset = find_preset(slug)
    if preset is None or preset.language != language:
        raise Http404
    return preset


def _hello(language: str) -> str:
    return sample_texts(language).hello


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(ADMIN)
def start_rules(request: TenantRequest) -> HttpResponse:
    if _skips(request):
        return _go_on(request, SetupStep.RULES)
    show = first_show(request.tenant)
    stored = {"safe_mode": show.policy.safe_mode, "holds_replies": show.holds_replies}
    form = RulesForm(request.POST if request.method == POST else None, initial=stored)
    if form.is_valid():
        set_rules(show=show, **form.cleaned_data)
        return _go_on(request, SetupStep.RULES)
    return _page(request, SetupStep.RULES, form=form, words=len(show.policy.blocklist), policy=show.policy)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required(ADMIN)
def start_overlay(request: TenantRequest) -> HttpResponse:
    """Show the overlay's address, its code and the way into OBS; on "test", say a sentence on it."""
    if _skips(request) or "next" in request.POST:
        return _go_on(request, SetupStep.OVERLAY)
    show = first_show(request.tenant)
    address = public_address(request, reverse("overlay:page", args=[show.overlay.token]))
    context: dict[str, Any] = {"show": show, "overlay_url": address, "overlays": read_pages(show.overlay_id)}
    if request.method == POST:
        context["outcome"], context["heard"] = _test(request)
    if request.htmx:
        return render(request, "website/wizard/overlay.html#overlay-state", context)
    context["code"] = draw_code(address)
    return _page(request, SetupStep.OVERLAY, **context)


def _test(request: TenantRequest) -> tuple[OutcomeMessage, bool]:
    try:
        outcome = run_show_overlay_test(show=first_show(request.tenant), sample=OverlaySample.VOICE)
    except TechnicalError:
        return OutcomeMessage(messages.ERROR, UNREACHABLE), False
    except AppError as refusal:
        return OutcomeMessage(messages.WARNING, refusal.user_message), False
    return MESSAGES[outcome], outcome is OverlayTestOutcome.HEARD


def _skips(request: TenantRequest) -> bool:
    return request.method == POST and "skip" in request.POST


def _go_on(request: TenantRequest, step: SetupStep) -> HttpResponse:
    mark_done(request.tenant, step)
    return redirect(url_of(step_after(step)))


def _page(request: TenantRequest, step: SetupStep, *, status: int = 200, **context: Any) -> HttpResponse:
    form = context.get("form")
    if form is not None and form.is_bound and not form.is_valid():
        status = 422
    context |= {"steps": links(request.tenant, step), "number": list(SetupStep).index(step) + 1}
    return render(request, f"website/wizard/{step}.html", context, status=status)


@require_http_methods(["POST"])
@member_required(ADMIN)
def leave(request: TenantRequest) -> HttpResponse:
    """Close the wizard for good: the first page no longer offers it."""
    finish(request.tenant)
    return redirect("website:front_page")
