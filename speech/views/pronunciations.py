from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from speech.access import get_pronunciation_for
from speech.errors import PronunciationConflict
from speech.fault_texts import fault_text
from speech.forms import PronunciationForm, PronunciationImportForm
from speech.models import Pronunciation
from speech.runtime.preview import preview_voice
from speech.runtime.preview_sounds import store_sound
from speech.services.pronunciations import (
    MAX_PRONUNCIATIONS,
    add_pronunciation,
    change_pronunciation,
    delete_pronunciation,
    import_pronunciations,
)
from speech.services.voices import get_default_voice
from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

PAGE = "speech/pronunciation_list.html"


@require_safe
@member_required()
def pronunciation_list(request: TenantRequest) -> HttpResponse:
    return _page(request)


def _page(request: TenantRequest, status: int = 200, **more: Any) -> HttpResponse:
    invalid: PronunciationForm | None = more.pop("invalid_form", None)
    invalid_id: UUID | None = more.pop("invalid_id", None)
    rows = [
        {"pronunciation": row, "form": invalid if row.id == invalid_id else PronunciationForm.of(row)}
        for row in Pronunciation.objects.filter(tenant=request.tenant)
    ]
    context = {
        "rows": rows,
        "invalid_id": invalid_id,
        "max_pronunciations": MAX_PRONUNCIATIONS,
        "add_form": PronunciationForm(initial={"language": ""}),
        "import_form": PronunciationImportForm(auto_id="paste-%s"),
        "may_control": may_control(request),
        **more,
    }
    return render(request, PAGE, context, status=status)


@require_POST
@member_required(EDITOR)
def pronunciation_create(request: TenantRequest) -> HttpResponse:
    form = PronunciationForm(request.POST)
    if form.is_valid():
        try:
            pronunciation = add_pronunciation(tenant=request.tenant, **form.cleaned_data)
        except PronunciationConflict as error:
            form.add_error(None, error.user_message)
        else:
            messages.success(request, _("%(written)s has been added.") % {"written": pronunciation.written})
            return redirect("speech:pronunciation_list")
    return _page(request, 422, add_form=form)


@require_POST
@member_required(EDITOR)
def pronunciation_edit(request: TenantRequest, pronunciation_id: UUID) -> HttpResponse:
    pronunciation = get_pronunciation_for(request, pronunciation_id)
    form = PronunciationForm.of(pronunciation, request.POST)
    if form.is_valid():
        try:
            change_pronunciation(pronunciation=pronunciation, **form.cleaned_data)
        except PronunciationConflict as error:
            form.add_error(None, error.user_message)
        else:
            messages.success(request, _("Saved. The change applies from the next live on."))
            return redirect("speech:pronunciation_list")
    return _page(request, 422, invalid_form=form, invalid_id=pronunciation_id)


@require_POST
@member_required(EDITOR)
def pronunciation_delete(request: TenantRequest, pronunciation_id: UUID) -> HttpResponse:
    pronunciation = get_pronunciation_for(request, pronunciation_id)
    delete_pronunciation(pronunciation=pronunciation)
    messages.success(request, _("%(name)s has been deleted.") % {"name": pronunciation.written})
    return redirect("speech:pronunciation_list")


@require_POST
@member_required(EDITOR)
def pronunciation_import(request: TenantRequest) -> HttpResponse:
    """Add the pasted lines; lines with a problem stay in the box, to be corrected there."""
    form = PronunciationImportForm(request.POST, auto_id="paste-%s")
    if not form.is_valid():
        return _page(request, 422, import_form=form)
    language = form.cleaned_data["language"]
    added, problems = import_pronunciations(
        tenant=request.tenant, text=form.cleaned_data["lines"], language=language
    )
    summary = ngettext("One pronunciation was added.", "%(count)d pronunciations were added.", added) % {
        "count": added
    }
    if not problems:
        messages.success(request, summary)
        return redirect("speech:pronunciation_list")
    rejected = {"lines": "\n".join(problem.text for problem in problems), "language": language}
    again = PronunciationImportForm(initial=rejected, auto_id="paste-%s")
    return _page(request, 422, import_form=again, problems=problems, import_summary=summary)


@require_POST
@member_required(EDITOR)
def pronunciation_preview(request: TenantRequest, pronunciation_id: UUID) -> HttpResponse:
    """Say a word in the workspace's default voice, as a live would."""
    pronunciation = get_pronunciation_for(request, pronunciation_id)
    language = pronunciation.language or request.tenant.language
    voice = get_default_voice(tenant=request.tenant, language=language)
    context: dict[str, Any] = {"pronunciation": pronunciation, "may_control": True}
    try:
        preview = preview_voice(profile=voice, text=pronunciation.written, user=request.user)
        if preview.fault:
            context["refusal"] = fault_text(preview.provider, preview.fault)
        else:
            context["sound"] = store_sound(tenant=request.tenant, user=request.user, wav=preview.wav)
    except AppError as refusal:
        context["refusal"] = refusal.user_message
    if request.htmx:
        return render(request, f"{PAGE}#preview", context)
    return _page(
        request,
        previewed_id=pronunciation.id,
        sound=context.get("sound"),
        refusal=context.get("refusal"),
    )
