from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.plans import doors
from billing.plans.api_problems import door_problems
from providers.models import Credential
from providers.querysets import readable_credentials
from speech.access import get_pronunciation_for, get_voice_for
from speech.errors import PronunciationConflict, VoiceCircle, VoiceInUse
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
from tenants.api.operations import Operation, api_route
from tenants.api.paging import answer_page
from tenants.api.problems import Problem
from tenants.api.requests import tenant_request, valid_input
from tenants.api.responses import answer_row
from tenants.models import Scope

VOICE_IN_USE = Problem(VoiceInUse.code, VoiceInUse.status, "Shows use the voice. Choose another there.")
BEYOND_PLAN = door_problems(doors.CLOUD_VOICE, doors.PREMIUM_VOICE)
CONFLICT = Problem(
    PronunciationConflict.code,
    PronunciationConflict.status,
    "The word exists already in this language, or there are as many as possible.",
)


@api_route(
    Operation(
        method="GET",
        name="list_voices",
        summary="List the voices, newest first",
        scope=Scope.READ,
        answer=VoiceSerializer,
        pages=True,
    ),
    Operation(
        method="POST",
        name="create_voice",
        summary="Create a voice",
        scope=Scope.WRITE,
        body=VoiceChangeSerializer,
        answer=VoiceSerializer,
        status=status.HTTP_201_CREATED,
        problems=BEYOND_PLAN,
    ),
)
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


@api_route(
    Operation(
        method="GET",
        name="read_voice",
        summary="Read a voice",
        scope=Scope.READ,
        answer=VoiceSerializer,
    ),
    Operation(
        method="PATCH",
        name="change_voice",
        summary="Change a voice",
        description="Only the fields that are sent change. They apply from the next live.",
        scope=Scope.WRITE,
        body=VoiceChangeSerializer,
        answer=VoiceSerializer,
        problems=BEYOND_PLAN,
    ),
    Operation(
        method="DELETE",
        name="delete_voice",
        summary="Delete a voice that no show uses",
        scope=Scope.WRITE,
        status=status.HTTP_204_NO_CONTENT,
        problems=[VOICE_IN_USE],
    ),
)
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
    provider = wanted.get("provider", row.provider)
    if provider != Provider.AUTO:
        _refuse_beyond(provider, wanted, row)
    return wanted


def _refuse_beyond(provider: str, wanted: dict[str, Any], row: VoiceProfile) -> None:
    """Refuse what a provider cannot do, in so far as it was asked for."""
    problems: dict[str, list[str]] = {}
    if (
        "provider" in wanted
        and not has_shared(provider)
        and not readable_credentials(row.tenant_id, Credential.Kind.VOICE).get(provider)
    ):
        problems["provider"] = [_("This provider cannot be used yet.")]
    can = capabilities_of(provider)
    for name, most, natural in (("speed", can.speed, 1.0), ("pitch", can.pitch, 0.0)):
        value = wanted.get(name, natural)
        if value != (most.hold(value) if most else natural):
            words = _("This provider allows only %(least)s to %(most)s.")
            ends = (most.least, most.most) if most else (natural, natural)
            problems[name] = [words % {"least": ends[0], "most": ends[1]}]
    if problems:
        raise ValidationError(problems)


@api_route(
    Operation(
        method="GET",
        name="list_pronunciations",
        summary="List the pronunciations",
        scope=Scope.READ,
        answer=PronunciationSerializer,
        pages=True,
    ),
    Operation(
        method="POST",
        name="create_pronunciation",
        summary="Create a pronunciation",
        scope=Scope.WRITE,
        body=PronunciationChangeSerializer,
        answer=PronunciationSerializer,
        status=status.HTTP_201_CREATED,
        problems=[CONFLICT],
    ),
)
def pronunciations(request: Request) -> Response:
    tenant = tenant_request(request).tenant
    if request.method == "GET":
        return answer_page(request, Pronunciation.objects.filter(tenant=tenant), PronunciationSerializer)
    row = add_pronunciation(tenant=tenant, **valid_input(PronunciationChangeSerializer, request))
    return answer_row(PronunciationSerializer, row, request, status.HTTP_201_CREATED)


@api_route(
    Operation(
        method="GET",
        name="read_pronunciation",
        summary="Read a pronunciation",
        scope=Scope.READ,
        answer=PronunciationSerializer,
    ),
    Operation(
        method="PATCH",
        name="change_pronunciation",
        summary="Change a pronunciation",
        description="Only the fields that are sent change. They apply from the next live.",
        scope=Scope.WRITE,
        body=PronunciationChangeSerializer,
        answer=PronunciationSerializer,
        problems=[CONFLICT],
    ),
    Operation(
        method="DELETE",
        name="delete_pronunciation",
        summary="Delete a pronunciation",
        scope=Scope.WRITE,
        status=status.HTTP_204_NO_CONTENT,
    ),
)
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
