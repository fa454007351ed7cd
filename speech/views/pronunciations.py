from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rehearsals.studio import store
from speech.access import get_word_for
from speech.errors import WordConflict
from speech.forms import PasteWordsForm, WordForm
from speech.models import Pronunciation
from speech.runtime.preview import preview_voice
from speech.services.pronunciations import MAX_WORDS, add_word, add_words, change_word, delete_word
from speech.services.voices import get_default_voice
from speech.wording import fault_words
from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

PAGE = "livesessions/word_list.html"


@require_safe
@member_required()
def word_list(request: TenantRequest) -> HttpResponse:
    return _page(request)


def _page(request: TenantRequest, status: int = 200, **more: Any) -> HttpResponse:
    words = list(Pronunciation.objects.filter(tenant=request.tenant))
    wrong: WordForm | None = more.pop("wrong", None)
    wrong_id: UUID | None = more.pop("wrong_id", None)
    rows = [
        {"word": word, "form": wrong if wrong and word.id == wrong_id else WordForm.of(word)}
        for word in words
    ]
    context = {
        "rows": rows,
        "wrong_id": wrong_id,
        "most": MAX_WORDS,
        "add_form": WordForm(initial={"language": ""}),
        "paste_form": PasteWordsForm(auto_id="paste-%s"),
        "may_control": may_control(request),
        **more,
    }
    return render(request, PAGE, context, status=status)


@require_POST
@member_required(EDITOR)
def word_create(request: TenantRequest) -> HttpResponse:
    form = WordForm(request.POST)
    if form.is_valid():
        try:
            word = add_word(tenant=request.tenant, **form.cleaned_data)
        except WordConflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(written)s is kept.") % {"written": word.written})
            return redirect("livesessions:word_list")
    return _page(request, 422, add_form=form)


@require_POST
@member_required(EDITOR)
def word_edit(request: TenantRequest, word_id: UUID) -> HttpResponse:
    word = get_word_for(request, word_id)
    form = WordForm.of(word, request.POST)
    if form.is_valid():
        try:
            change_word(word=word, **form.cleaned_data)
        except WordConflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. What you changed holds from the next live on."))
            return redirect("livesessions:word_list")
    return _page(request, 422, wrong=form, wrong_id=word_id)


@require_POST
@member_required(EDITOR)
def word_delete(request: TenantRequest, word_id: UUID) -> HttpResponse:
    word = get_word_for(request, word_id)
    delete_word(word=word)
    messages.success(request, _("%(name)s has been deleted.") % {"name": word.written})
    return redirect("livesessions:word_list")


@require_POST
@member_required(EDITOR)
def word_paste(request: TenantRequest) -> HttpResponse:
    form = PasteWordsForm(request.POST, auto_id="paste-%s")
    if not form.is_valid():
        return _page(request, 422, paste_form=form)
    language = form.cleaned_data["language"]
    kept, problems = add_words(tenant=request.tenant, text=form.cleaned_data["lines"], language=language)
    said = ngettext("One word was added.", "%(kept)d words were added.", kept) % {"kept": kept}
    if not problems:
        messages.success(request, said)
        return redirect("livesessions:word_list")
    # What could not be kept stays in the box, to be put right there.
    left = {"lines": "\n".join(problem.text for problem in problems), "language": language}
    again = PasteWordsForm(initial=left, auto_id="paste-%s")
    return _page(request, 422, paste_form=again, problems=problems, kept_words=said)


@require_POST
@member_required(EDITOR)
def word_hear(request: TenantRequest, word_id: UUID) -> HttpResponse:
    """Say a word in the workspace's ready-made voice, as a live would."""
    word = get_word_for(request, word_id)
    voice = get_default_voice(tenant=request.tenant, language=word.language or request.tenant.language)
    context: dict[str, Any] = {"word": word, "may_control": True}
    try:
        preview = preview_voice(profile=voice, text=word.written, user=request.user)
        if preview.fault:
            context["refusal"] = fault_words(preview.provider, preview.fault)
        else:
            sound = store.keep_sound(tenant=request.tenant, user=request.user, wav=preview.wav)
            context["sound"] = sound
    except AppError as refusal:
        context["refusal"] = refusal.user_message
    if request.htmx:
        return render(request, f"{PAGE}#hearing", context)
    return _page(request, 200, heard_id=word.id, sound=context.get("sound"), refusal=context.get("refusal"))
