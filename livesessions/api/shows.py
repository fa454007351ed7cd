"""Shows and their plans in the REST API."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from livesessions.access import get_show_for
from livesessions.api.show_serializers import (
    PlanSerializer,
    ShowChangeSerializer,
    ShowCreateSerializer,
    ShowSerializer,
)
from livesessions.models.plans import Segment
from livesessions.models.shows import Show
from livesessions.shows.services.lifecycle import archive_show, delete_show, unarchive_show
from livesessions.shows.services.plans import replace_plan
from livesessions.shows.services.shows import change_show, create_show
from overlay.services import rotate_token
from planner.access import get_persona_for
from planner.models import Persona
from speech.access import get_voice_for
from speech.models import VoiceProfile
from tenants.api.paging import answer_page
from tenants.api.requests import tenant_request, valid_input
from tenants.api.responses import answer_row


@api_view(["GET", "POST"])
def shows(request: Request) -> Response:
    tenant = tenant_request(request).tenant
    if request.method == "GET":
        return answer_page(
            request, Show.objects.filter(tenant=tenant).select_related("overlay"), ShowSerializer
        )
    wanted = valid_input(ShowCreateSerializer, request)
    host = _host_in(request, wanted)
    show = create_show(tenant=tenant, **{"language": tenant.language, **wanted})
    if host:
        show = change_show(show=show, **host)
    return answer_row(ShowSerializer, show, request, status.HTTP_201_CREATED)


@api_view(["GET", "PATCH", "DELETE"])
def show(request: Request, show_id: UUID) -> Response:
    row = get_show_for(tenant_request(request), show_id)
    if request.method == "DELETE":
        delete_show(show=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PATCH":
        wanted = valid_input(ShowChangeSerializer, request, changes=row)
        host = _host_in(request, wanted)
        row = change_show(show=row, **wanted, **host)
    return answer_row(ShowSerializer, row, request)


@api_view(["POST"])
def archive(request: Request, show_id: UUID) -> Response:
    row = archive_show(show=get_show_for(tenant_request(request), show_id))
    return answer_row(ShowSerializer, row, request)


@api_view(["POST"])
def unarchive(request: Request, show_id: UUID) -> Response:
    row = unarchive_show(show=get_show_for(tenant_request(request), show_id))
    return answer_row(ShowSerializer, row, request)


def _host_in(request: Request, wanted: dict[str, Any]) -> dict[str, Persona | VoiceProfile]:
    """Remove the ids of persona and voice from the input and return their rows."""
    host: dict[str, Persona | VoiceProfile] = {}
    try:
        if "persona" in wanted:
            host["persona"] = get_persona_for(tenant_request(request), wanted.pop("persona"))
    except Http404:
        raise ValidationError({"persona": [_("There is no such persona.")]}) from None
    try:
        if "voice" in wanted:
            host["voice"] = get_voice_for(tenant_request(request), wanted.pop("voice"))
    except Http404:
        raise ValidationError({"voice": [_("There is no such voice.")]}) from None
    return host


@api_view(["GET", "PUT"])
def plan(request: Request, show_id: UUID) -> Response:
    row = get_show_for(tenant_request(request), show_id)
    if request.method == "PUT":
        replace_plan(show=row, plan=valid_input(PlanSerializer, request)["segments"])
    segments = list(Segment.objects.filter(show=row))
    return Response(PlanSerializer({"segments": segments}).data)


@api_view(["POST"])
def overlay_rotate(request: Request, show_id: UUID) -> Response:
    """Create a new address for a show's overlay; return the show."""
    row = get_show_for(tenant_request(request), show_id)
    rotate_token(overlay=row.overlay)
    return answer_row(ShowSerializer, row, request)
