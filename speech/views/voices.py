from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from speech.access import get_voice_for
from speech.defaults import sample_sentence
from speech.errors import VoiceCircle
from speech.fault_texts import fault_text
from speech.forms import SentenceForm, VoiceForm
from speech.models import VoiceProfile
from speech.runtime.preview import Preview, measure_voice, preview_voice
from speech.runtime.preview_sounds import store_sound
from speech.services.choices import chain_names, own_providers, price_of_voice
from speech.services.voices import (
    MEASURED_FIELDS,
    Provider,
    change_voice,
    create_voice,
    delete_voice,
    duplicate_voice,
    known_loudness,
)
from speech.signals import voice_uses_asked
from speech.stage.sound.loudness import TARGET_LUFS
from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest, as_uuid
from tenants.roles import EDITOR, may_control
from tenants.rows.uses import uses_in
from tenants.rows.views import delete_view, duplicate_view

PAGE = "speech/voice_edit.html"


@require_safe
@member_required()
def voice_list(request: TenantRequest) -> HttpResponse:
    uses = uses_in(request.tenant, asked=voice_uses_asked)
    voices = VoiceProfile.objects.filter(tenant=request.tenant).select_related("backup")
    own = own_providers(request.tenant)
    rows = [
        {
            "voice": voice,
            "uses": uses.get(voice.id, []),
            "chain": chain_names(voice, own),
            "loudness": _loudness_text(voice),
        }
        for voice in voices.order_by("created_at")
    ]
    return render(request, "speech/voice_list.html", {"rows": rows, "may_control": may_control(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def voice_create(request: TenantRequest) -> HttpResponse:
    initial = {"language": request.tenant.language, "provider": Provider.AUTO}
    form = VoiceForm(request.POST or None, tenant=request.tenant, initial=initial)
    if request.method == "POST" and "refresh" not in request.POST and form.is_valid():
        voice = create_voice(tenant=request.tenant, **form.values)
        messages.success(request, _("Your voice is ready. Use it in a show, or listen to it first."))
        return redirect("speech:voice_edit", voice.id)
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def voice_edit(request: TenantRequest, voice_id: UUID) -> HttpResponse:
    voice = get_voice_for(request, voice_id)
    form = _form_of(request, voice, request.POST or None)
    if request.method == "POST" and "refresh" not in request.POST and form.is_valid():
        try:
            change_voice(voice=voice, **form.values)
        except VoiceCircle as error:
            form.add_error("backup", error.user_message)
        else:
            messages.success(request, _("Saved. The change applies from the next live on."))
            return redirect("speech:voice_edit", voice.id)
    voice.refresh_from_db()  # the page around the form shows what is stored
    return _page(request, form, voice=voice)


def _form_of(request: TenantRequest, voice: VoiceProfile, sent: QueryDict | None) -> VoiceForm:
    fields = ("name", "provider", "language", "voice_id", "speed", "pitch", "backup")
    initial = {name: getattr(voice, name) for name in fields}
    return VoiceForm(sent, tenant=request.tenant, voice=voice, initial=initial)


def _page(
    request: TenantRequest, form: VoiceForm, *, voice: VoiceProfile | None = None, **more: Any
) -> HttpResponse:
    uses = uses_in(request.tenant, asked=voice_uses_asked) if voice else {}
    price, price_usd = price_of_voice(form.speaks_with)
    language = str(form["language"].value() or request.tenant.language)
    context = {
        "form": form,
        "voice": voice,
        "uses": uses.get(voice.id, []) if voice else [],
        "chain": chain_names(voice, form.own) if voice else [],
        "loudness": _loudness_text(voice) if voice else "",
        "speaks_with": Provider(form.speaks_with).label,
        "is_own": form.own_key is not None,
        "price": price,
        "price_usd": price_usd,
        "sentence_form": SentenceForm(initial={"text": sample_sentence(language)}),
        **more,
    }
    refreshing = "refresh" in request.POST and request.htmx
    template = f"{PAGE}#settings" if refreshing else PAGE
    return render(request, template, context)


@require_POST
@member_required(EDITOR)
def voice_preview(request: TenantRequest) -> HttpResponse:
    """Say a sentence in the voice as the form has it, saved or not."""
    named = request.POST.get("voice", "")
    voice = get_voice_for(request, as_uuid(named)) if named else None
    form = VoiceForm(request.POST if "provider" in request.POST else None, tenant=request.tenant, voice=voice)
    sentence = SentenceForm(request.POST)
    context: dict[str, Any] = {"sentence_form": sentence}
    status = 422
    if sentence.is_valid() and (form.is_valid() if form.is_bound else voice is not None):
        profile = _unstored(request, form, voice)
        text = sentence.cleaned_data["text"]
        status = _preview_into(
            context, request, lambda: preview_voice(profile=profile, text=text, user=request.user)
        )
    elif sentence.errors:
        context["refusal"] = " ".join(map(str, sentence["text"].errors))
    else:
        context["refusal"] = _("Complete the form first: some fields are missing or marked.")
    if request.htmx:
        return render(request, f"{PAGE}#preview", context, status=status)
    if voice is not None and not form.is_bound:
        form = _form_of(request, voice, None)
    return _page(request, form, voice=voice, **context)


def _unstored(request: TenantRequest, form: VoiceForm, voice: VoiceProfile | None) -> VoiceProfile:
    """Return the voice as the form has it; its loudness is kept while provider and voice id are the same."""
    if not form.is_bound:
        assert voice is not None  # noqa: S101 - one of the two is there
        return voice
    values = {name: value for name, value in form.values.items() if name != "backup"}
    profile = VoiceProfile(tenant=request.tenant, **values)
    if voice is not None and (voice.provider, voice.voice_id) == (profile.provider, profile.voice_id):
        for name in MEASURED_FIELDS:
            setattr(profile, name, getattr(voice, name))
    return profile


def _preview_into(context: dict[str, Any], request: TenantRequest, run: Callable[[], Preview]) -> int:
    """Run a preview, add to the context what the page shows of it, and return the HTTP status."""
    try:
        preview = run()
        context |= {"preview": preview, **_figures(preview)}
        if preview.wav:
            context["sound"] = store_sound(tenant=request.tenant, user=request.user, wav=preview.wav)
    except AppError as refusal:
        context["refusal"] = refusal.user_message
        return 409
    return 200


def _figures(preview: Preview) -> dict[str, str]:
    cost = preview.cost_usd
    return {
        "fault": fault_text(preview.provider, preview.fault) if preview.fault else "",
        "audio_s": number_format(preview.audio_s, 1),
        "before": number_format(preview.before.lufs, 1) if preview.before else "",
        "after": number_format(preview.after.lufs, 1) if preview.after else "",
        "target": number_format(TARGET_LUFS, 0),
        "cost": _("unknown") if cost is None else f"$ {number_format(cost, 5)}" if cost else _("nothing"),
        "speaker": str(Provider(preview.provider).label),
    }


@require_POST
@member_required(EDITOR)
def voice_measure(request: TenantRequest, voice_id: UUID) -> HttpResponse:
    """Measure the stored voice once, so that its first word on air has the right loudness."""
    voice = get_voice_for(request, voice_id)
    context: dict[str, Any] = {}
    _preview_into(context, request, lambda: measure_voice(profile=voice, user=request.user))
    problem = context.get("refusal") or context.get("fault")
    if problem:
        messages.error(request, problem)
    else:
        voice.refresh_from_db()
        messages.success(request, _loudness_text(voice))
    return redirect("speech:voice_edit", voice.id)


voice_duplicate = duplicate_view(
    get_voice_for, lambda voice: duplicate_voice(voice=voice), then="speech:voice_edit"
)
voice_delete = delete_view(get_voice_for, lambda voice: delete_voice(voice=voice), then="speech:voice_list")


def _loudness_text(voice: VoiceProfile) -> str:
    known = known_loudness(voice)
    if known is None:
        return _("Not measured yet")
    words = _("measured: %(lufs)s LUFS from %(seconds)s s")
    figures = {"lufs": number_format(known.lufs, 1), "seconds": number_format(known.heard_s, 0)}
    return words % figures
