"""Voices and pronunciations in the REST API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

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
from tenants.api.problems import Problem
from tenants.api.requests import tenant_request, valid_input
from tenants.api.resources import Resource

BEYOND_PLAN = door_problems(doors.CLOUD_VOICE, doors.PREMIUM_VOICE)
CONFLICT = Problem(
    PronunciationConflict.code,
    PronunciationConflict.status,
    "The word exists already in this language, or there are as many as possible.",
)


def _create_voice(request: Request) -> VoiceProfile:
    tenant = tenant_request(request).tenant
    wanted = _wanted_voice(request, VoiceProfile(tenant=tenant), is_new=True)
    return create_voice(tenant=tenant, **{"language": tenant.language, "provider": Provider.AUTO, **wanted})


def _change_voice(request: Request, voice: VoiceProfile) -> VoiceProfile:
    wanted = _wanted_voice(request, voice)
    try:
        return change_voice(voice=voice, **wanted)
    except VoiceCircle as error:
        raise ValidationError({"backup": [error.user_message]}) from None


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


VOICES = Resource(
    noun="voice",
    plural="voices",
    answer=VoiceSerializer,
    body=VoiceChangeSerializer,
    rows=lambda tenant: VoiceProfile.objects.filter(tenant=tenant).order_by("-created_at", "id"),
    find=get_voice_for,
    create=_create_voice,
    change=_change_voice,
    delete=lambda voice: delete_voice(voice=voice),
    create_problems=BEYOND_PLAN,
    change_problems=BEYOND_PLAN,
    delete_summary="Delete a voice that no show uses",
    delete_problems=[
        Problem(VoiceInUse.code, VoiceInUse.status, "Shows use the voice. Choose another there.")
    ],
)
voices, voice = VOICES.list_route(), VOICES.row_route()

PRONUNCIATIONS = Resource(
    noun="pronunciation",
    plural="pronunciations",
    answer=PronunciationSerializer,
    body=PronunciationChangeSerializer,
    rows=lambda tenant: Pronunciation.objects.filter(tenant=tenant),
    listed="",
    find=get_pronunciation_for,
    create=lambda request: add_pronunciation(
        tenant=tenant_request(request).tenant, **valid_input(PronunciationChangeSerializer, request)
    ),
    change=lambda request, row: change_pronunciation(
        pronunciation=row, **valid_input(PronunciationChangeSerializer, request, changes=row)
    ),
    delete=lambda row: delete_pronunciation(pronunciation=row),
    create_problems=[CONFLICT],
    change_problems=[CONFLICT],
)
pronunciations, pronunciation = PRONUNCIATIONS.list_route(), PRONUNCIATIONS.row_route()
