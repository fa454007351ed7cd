from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from providers.errors import AddressRefused
from providers.models import Credential
from providers.querysets import credentials_of, readable_credentials
from providers.services import delete_credential, record_check, save_credential
from speech.errors import SpeechError
from speech.fault_texts import fault_text
from speech.forms import WITH_KEY, KeyForm
from speech.models import VoiceProfile
from speech.runtime.preview import preview_voice
from speech.services.voices import Provider, has_shared
from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.models import Membership

ADMIN = Membership.Role.ADMIN
VOICE = Credential.Kind.VOICE
CHECK_TEXT = "Ok."


@require_safe
@member_required(ADMIN)
def credential_list(request: TenantRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: TenantRequest, status: int = 200, wrong: KeyForm | None = None, of: str = ""
) -> HttpResponse:
    rows = {row.provider: row for row in credentials_of(request.tenant.id, VOICE)}
    readable = readable_credentials(request.tenant.id, VOICE)
    providers: list[dict[str, Any]] = [
        {
            "provider": provider,
            "row": rows.get(provider.value),
            "is_broken": provider.value in rows and readable.get(provider.value) is None,
            "is_shared": has_shared(provider.value),
            "form": wrong
            if wrong and provider.value == of
            else _form_for(provider, rows.get(provider.value)),
            "is_wrong": provider.value == of,
        }
        for provider in WITH_KEY
    ]
    return render(request, "speech/credential_list.html", {"providers": providers}, status=status)


def _form_for(provider: Provider, row: Credential | None) -> KeyForm:
    initial = {"region": row.region, "base_url": row.base_url} if row else {}
    return KeyForm(provider=provider.value, initial=initial)


def _provider(name: str) -> str:
    if name not in {provider.value for provider in WITH_KEY}:
        raise Http404
    return name


@require_POST
@member_required(ADMIN)
def credential_save(request: TenantRequest, provider: str) -> HttpResponse:
    form = KeyForm(request.POST, provider=_provider(provider))
    if form.is_valid():
        try:
            values = {name: value for name, value in form.cleaned_data.items() if name != "key"}
            secret = form.cleaned_data["key"]
            save_credential(tenant=request.tenant, kind=VOICE, provider=provider, secret=secret, **values)
        except AddressRefused as refusal:
            form.add_error("base_url", refusal.user_message)
        else:
            words = _("The key for %(name)s is saved. Check it now to see that it works.")
            messages.success(request, words % {"name": Provider(provider).label})
            return redirect("speech:credential_list")
    return _page(request, 422, form, provider)


@require_POST
@member_required(ADMIN)
def credential_delete(request: TenantRequest, provider: str) -> HttpResponse:
    delete_credential(tenant=request.tenant, kind=VOICE, provider=_provider(provider))
    words = _("The key for %(name)s is deleted. A running live is not changed.")
    messages.success(request, words % {"name": Provider(provider).label})
    return redirect("speech:credential_list")


@require_POST
@member_required(ADMIN)
def credential_check(request: TenantRequest, provider: str) -> HttpResponse:
    """Say one word with the key, and report and store what the provider answered."""
    known = readable_credentials(request.tenant.id, VOICE)
    if _provider(provider) not in known:
        raise Http404
    own = known[provider]
    if own is None:
        messages.error(request, _("This key cannot be read any more. Enter it again."))
        return redirect("speech:credential_list")
    profile = VoiceProfile(tenant=request.tenant, provider=provider, language=request.tenant.language)
    try:
        preview = preview_voice(profile=profile, text=CHECK_TEXT, user=request.user)
    except AppError as refusal:
        messages.error(request, refusal.user_message)
    else:
        record_check(credential=own, result=_result_of(preview.fault))
        if preview.fault:
            messages.error(request, fault_text(provider, preview.fault))
        else:
            words = _("The key works: %(name)s sent its first sound after %(ms)d ms.")
            figures = {"name": Provider(provider).label, "ms": preview.first_audio_ms or 0}
            messages.success(request, words % figures)
    return redirect("speech:credential_list")


def _result_of(fault: SpeechError | None) -> Credential.CheckResult:
    if fault is None:
        return Credential.CheckResult.WORKS
    is_refused = fault.service_status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    return Credential.CheckResult.REFUSED if is_refused else Credential.CheckResult.FAILED
