from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.decorators import api_view, parser_classes, throttle_classes
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from livesessions.access import get_session_for, get_show_for
from livesessions.api import event_intake
from livesessions.api.errors import by_field
from livesessions.api.event_serializers import EventSerializer, EventsSerializer
from livesessions.api.serializers import (
    ApprovalSerializer,
    HeldReplySerializer,
    LineSerializer,
    SessionCreateSerializer,
    SessionSerializer,
)
from livesessions.api.show_serializers import (
    PlanSerializer,
    ShowChangeSerializer,
    ShowCreateSerializer,
    ShowSerializer,
)
from livesessions.api.throttles import BridgeThrottle, spend_events
from livesessions.models.plans import Segment
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.querysets import held_replies
from livesessions.services.approvals import approve_reply, reject_reply
from livesessions.services.sessions import (
    create_session,
    mute_session,
    say_line,
    skip_reply,
    start_session,
    stop_session,
    unmute_session,
)
from livesessions.shows.services.plans import replace_plan
from livesessions.shows.services.shows import change_show, create_show
from livesessions.sources.events import LiveEvent
from planner.access import get_persona_for
from planner.models import Persona
from planner.serializers import PersonaChangeSerializer, PersonaSerializer
from planner.services import PersonaTraits, change_persona, create_persona, delete_persona
from speech.access import get_voice_for
from speech.models import VoiceProfile
from tenants.api.parsers import BoundedJSONParser
from tenants.http import TenantRequest


class Pages(LimitOffsetPagination):
    """`?limit=&offset=`"""

    default_limit = 50
    max_limit = 200


@api_view(["GET", "POST"])
def shows(request: Request) -> Response:
    tenant = inner(request).tenant
    if request.method == "GET":
        return page(request, Show.objects.filter(tenant=tenant).select_related("overlay"), ShowSerializer)
    wanted = valid(ShowCreateSerializer, request)
    host = _host_in(request, wanted)
    show = create_show(tenant=tenant, **{"language": tenant.language, **wanted})
    if host:
        show = change_show(show=show, **host)
    return answer(ShowSerializer, show, request, status.HTTP_201_CREATED)


@api_view(["GET", "PATCH"])
def show(request: Request, show_id: UUID) -> Response:
    row = get_show_for(inner(request), show_id)
    if request.method == "PATCH":
        wanted = valid(ShowChangeSerializer, request, changes=row)
        host = _host_in(request, wanted)
        row = change_show(show=row, **wanted, **host)
    return answer(ShowSerializer, row, request)


def _host_in(request: Request, wanted: dict[str, Any]) -> dict[str, Persona | VoiceProfile]:
    """Take the persona that is to host a show, and its voice, out of what was sent."""
    host: dict[str, Persona | VoiceProfile] = {}
    try:
        if "persona" in wanted:
            host["persona"] = get_persona_for(inner(request), wanted.pop("persona"))
    except Http404:
        raise ValidationError({"persona": [_("There is no such persona.")]}) from None
    try:
        if "voice" in wanted:
            host["voice"] = get_voice_for(inner(request), wanted.pop("voice"))
    except Http404:
        raise ValidationError({"voice": [_("There is no such voice.")]}) from None
    return host


@api_view(["GET", "POST"])
def personas(request: Request) -> Response:
    tenant = inner(request).tenant
    if request.method == "GET":
        rows = Persona.objects.filter(tenant=tenant).order_by("-created_at", "id")
        return page(request, rows, PersonaSerializer)
    wanted = valid(PersonaChangeSerializer, request)
    row = create_persona(tenant=tenant, traits=PersonaTraits(**{"language": tenant.language, **wanted}))
    return answer(PersonaSerializer, row, request, status.HTTP_201_CREATED)


@api_view(["GET", "PATCH", "DELETE"])
def persona(request: Request, persona_id: UUID) -> Response:
    row = get_persona_for(inner(request), persona_id)
    if request.method == "DELETE":
        delete_persona(persona=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PATCH":
        wanted = valid(PersonaChangeSerializer, request, changes=row)
        if "style" in wanted:
            wanted["style"] = {**row.style, **wanted["style"]}
        row = change_persona(persona=row, **wanted)
    return answer(PersonaSerializer, row, request)


@api_view(["GET", "PUT"])
def plan(request: Request, show_id: UUID) -> Response:
    row = get_show_for(inner(request), show_id)
    if request.method == "PUT":
        replace_plan(show=row, plan=valid(PlanSerializer, request)["segments"])
    segments = list(Segment.objects.filter(show=row))
    return Response(PlanSerializer({"segments": segments}).data)


@api_view(["GET", "POST"])
def sessions(request: Request) -> Response:
    asked = inner(request)
    if request.method == "GET":
        rows = LiveSession.objects.filter(tenant=asked.tenant).select_related("show__overlay")
        return page(request, rows, SessionSerializer)
    wanted = valid(SessionCreateSerializer, request)
    wanted["show"] = get_show_for(asked, wanted["show"])
    return answer(SessionSerializer, create_session(**wanted), request, status.HTTP_201_CREATED)


@api_view(["GET"])
def session(request: Request, session_id: UUID) -> Response:
    return answer(SessionSerializer, get_session_for(inner(request), session_id), request)


@api_view(["POST"])
def say(request: Request, session_id: UUID) -> Response:
    row = get_session_for(inner(request), session_id)
    say_line(session=row, text=valid(LineSerializer, request)["text"])
    return answer(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_view(["POST"])
def skip(request: Request, session_id: UUID) -> Response:
    row = get_session_for(inner(request), session_id)
    skip_reply(session=row)
    return answer(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_view(["GET"])
def held(request: Request, session_id: UUID) -> Response:
    """The answers that wait for somebody's approval, oldest first; five at most."""
    rows = held_replies(get_session_for(inner(request), session_id))
    return Response({"results": HeldReplySerializer(rows, many=True).data})


@api_view(["POST"])
def approve(request: Request, session_id: UUID, reply_id: UUID) -> Response:
    row = get_session_for(inner(request), session_id)
    text = valid(ApprovalSerializer, request)["text"]
    approve_reply(session=row, reply_id=reply_id, text=text)
    return answer(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_view(["POST"])
def reject(request: Request, session_id: UUID, reply_id: UUID) -> Response:
    row = get_session_for(inner(request), session_id)
    reject_reply(session=row, reply_id=reply_id)
    return answer(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_view(["POST"])
@throttle_classes([BridgeThrottle])
@parser_classes([BoundedJSONParser])
def events(request: Request, session_id: UUID) -> Response:
    row = get_session_for(inner(request), session_id)
    event_intake.require_chat(row)
    taken, rejected = _judged(valid(EventsSerializer, request)["events"])
    spend_events(row, len(taken))
    accepted = event_intake.deliver(session_id=row.id, events=taken)
    answer = {"accepted": accepted, "duplicates": len(taken) - accepted, "rejected": rejected}
    return Response(answer, status=status.HTTP_202_ACCEPTED)


def _judged(items: list[Any]) -> tuple[list[LiveEvent], list[dict[str, Any]]]:
    """Part the events that are right from what is wrong with the others."""
    judge, now = EventSerializer(), timezone.now()
    taken: list[LiveEvent] = []
    rejected: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            taken.append(event_intake.live_event(judge.run_validation(item), now=now))
        except ValidationError as error:
            rejected.append({"index": index, "errors": by_field(error.detail)})
    return taken, rejected


def _command(change: Callable[..., LiveSession]) -> Callable[..., Response]:
    @api_view(["POST"])
    def view(request: Request, session_id: UUID) -> Response:
        row = change(session=get_session_for(inner(request), session_id))
        return answer(SessionSerializer, row, request)

    return cast("Callable[..., Response]", view)


start = _command(start_session)
stop = _command(stop_session)
mute = _command(mute_session)
unmute = _command(unmute_session)


@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing_here(request: Request) -> Response:
    raise NotFound


def inner(request: Request) -> TenantRequest:
    return cast("TenantRequest", request._request)


def valid(
    kind: type[BaseSerializer[Any]], request: Request, *, changes: Model | None = None
) -> dict[str, Any]:
    """Return what was sent, if it is valid: a whole row, or what `changes` one that there is."""
    serializer = kind(changes, data=request.data, partial=changes is not None)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def answer(
    kind: type[BaseSerializer[Any]], row: Model, request: Request, code: int = status.HTTP_200_OK
) -> Response:
    return Response(kind(row, context={"request": request}).data, status=code)


def page(request: Request, rows: QuerySet[Any], kind: type[BaseSerializer[Any]]) -> Response:
    pages = Pages()
    chosen = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(kind(chosen, many=True, context={"request": request}).data)
