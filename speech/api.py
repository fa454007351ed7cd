from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from providers.models import Credential
from providers.querysets import readable_credentials
from speech.access import get_pronunciation_for, get_voice_for
from speech.errors import VoiceCircle
from speech.models import Pronunciation, VoiceProfile
from speech.serializers import (
    PronunciationChangeSerializer,
    PronunciationSerializer,
    VoiceChangeSerializer,
    VoiceSerializer,
)
from speech.services.pronunciations import add_pronunciation, change_pronunciation, delete_pronunciation
from speech.services.voices import Provider, change_voice, create_voice, delete_voice, has_shared
from speech.stage.capabilities import capabilities_of
from tenants.api.paging import answer_page
from tenants.api.requests import tenant_request, valid_input
from tenants.api.responses import answer_row


@api_view(["GET", "POST"])
def voices(request: Request) -> Response:
    tenant = tenant_request(request).tenant
    if request.method == "GET":
        rows = VoiceProfile.objects.filter(tenant=tenant).order_by("-created_at", "id")
        return answer_page(request, rows, VoiceSerializer)
    wanted = {
        "language": tenant.language,
        "provider": Provider.AUTO,
        **_wanted_voice(request, VoiceProfile(tenant=tenant), is_new=True),
    }
    row = create_voice(tenant=tenant, **wanted)
    return answer_row(VoiceSerializer, row, request, status.HTTP_201_CREATED)


@api_view(["GET", "PATCH", "DELETE"])
def voice(request: Request, voice_id: UUID) -> Response:
    row = get_voice_for(tenant_request(request), voice_id)
    if request.method == "DELETE":
        delete_voice(voice=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PATCH":
        wanted = _wanted_voice(request, row)
        try:
            row = change_voice(voice=row, **wanted)
        except VoiceCircle as error:
            raise ValidationError({"backup": [error.user_message]}) from None
    return answer_row(VoiceSerializer, row, request)


def _wanted_voice(request: Request, row: VoiceProfile, *, is_new: bool = False) -> dict[str, Any]:
    wanted = valid_input(VoiceChangeSerializer, request, changes=None if is_new else row)
    if wanted.get("backup"):
        try:
            wanted["backup"] = get_voice_for(tenant_request(request), wanted["backup"])
        except Http404:
            raise ValidationError({"backup": [_("There is no such voice.")]}) from None
    provider = wanted.get("provider", row.provider)
    if provider != Provider.AUTO:
        _refuse_beyond(provider, wanted, row)
    return wanted


def _refuse_beyond(provider: str, wanted: dict[str, Any], row: VoiceProfile) -> None:
    """Refuse what a provider cannot do, in so far as it was asked for."""
    if (
        "provider" in wanted
        and not has_shared(provider)
        and not readable_credentials(row.tenant_id, Credential.Kind.VOICE).get(provider)
    ):
        raise ValidationError({"provider": [_("This provider cannot be used yet.")]})
    can = capabilities_of(provider)
    for name, most, natural in (("speed", can.speed, 1.0), ("pitch", can.pitch, 0.0)):
        value = wanted.get(name, natural)
        if value != (most.hold(value) if most else natural):
            words = _("This provider allows only %(least)s to %(most)s.")
            ends = (most.least, most.most) if most else (natural, natural)
            raise ValidationError({name: [words % {"least": ends[0], "most": ends[1]}]})


@api_view(["GET", "POST"])
def pronunciations(request: Request) -> Response:
    tenant = tenant_request(request).tenant
    if request.method == "GET":
        return answer_page(request, Pronunciation.objects.filter(tenant=tenant), PronunciationSerializer)
    row = add_pronunciation(tenant=tenant, **valid_input(PronunciationChangeSerializer, request))
    return answer_row(PronunciationSerializer, row, request, status.HTTP_201_CREATED)


@api_view(["GET", "PATCH", "DELETE"])
def pronunciation(request: Request, pronunciation_id: UUID) -> Response:
    row = get_pronunciation_for(tenant_request(request), pronunciation_id)
    if request.method == "DELETE":
        delete_pronunciation(pronunciation=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PATCH":
        row = change_pronunciation(
            pronunciation=row, **valid_input(PronunciationChangeSerializer, request, changes=row)
        )
    return answer_row(PronunciationSerializer, row, request)
