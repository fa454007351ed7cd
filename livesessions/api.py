from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from livesessions import services
from livesessions.access import get_session_for, get_show_for
from livesessions.models import LiveSession, Show
from livesessions.serializers import (
    LineSerializer,
    SessionCreateSerializer,
    SessionSerializer,
    ShowChangeSerializer,
    ShowCreateSerializer,
    ShowSerializer,
)
from tenants.http import TenantRequest


class Pages(LimitOffsetPagination):
    """`?limit=&offset=`"""

    default_limit = 50
    max_limit = 200


@api_view(["GET", "POST"])
def shows(request: Request) -> Response:
    tenant = _inner(request).tenant
    if request.method == "GET":
        return _page(request, Show.objects.filter(tenant=tenant).select_related("overlay"), ShowSerializer)
    wanted = _valid(ShowCreateSerializer, request)
    show = services.create_show(tenant=tenant, **{"language": tenant.language, **wanted})
    return _answer(ShowSerializer, show, request, status.HTTP_201_CREATED)


@api_view(["GET", "PATCH"])
def show(request: Request, show_id: UUID) -> Response:
    row = get_show_for(_inner(request), show_id)
    if request.method == "PATCH":
        row = services.change_show(show=row, **_valid(ShowChangeSerializer, request, partial=True))
    return _answer(ShowSerializer, row, request)


@api_view(["GET", "POST"])
def sessions(request: Request) -> Response:
    inner = _inner(request)
    if request.method == "GET":
        rows = LiveSession.objects.filter(tenant=inner.tenant).select_related("show__overlay")
        return _page(request, rows, SessionSerializer)
    wanted = _valid(SessionCreateSerializer, request)
    wanted["show"] = get_show_for(inner, wanted["show"])
    return _answer(SessionSerializer, services.create_session(**wanted), request, status.HTTP_201_CREATED)


@api_view(["GET"])
def session(request: Request, session_id: UUID) -> Response:
    return _answer(SessionSerializer, get_session_for(_inner(request), session_id), request)


@api_view(["POST"])
def say(request: Request, session_id: UUID) -> Response:
    row = get_session_for(_inner(request), session_id)
    services.say_line(session=row, text=_valid(LineSerializer, request)["text"])
    return _answer(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_view(["POST"])
def skip(request: Request, session_id: UUID) -> Response:
    row = get_session_for(_inner(request), session_id)
    services.skip_reply(session=row)
    return _answer(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


def _command(change: Callable[..., LiveSession]) -> Callable[..., Response]:
    @api_view(["POST"])
    def view(request: Request, session_id: UUID) -> Response:
        row = change(session=get_session_for(_inner(request), session_id))
        return _answer(SessionSerializer, row, request)

    return cast("Callable[..., Response]", view)


start = _command(services.start_session)
stop = _command(services.stop_session)
mute = _command(services.mute_session)
unmute = _command(services.unmute_session)


@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing_here(request: Request) -> Response:
    raise NotFound


def _inner(request: Request) -> TenantRequest:
    return cast("TenantRequest", request._request)


def _valid(kind: type[BaseSerializer[Any]], request: Request, *, partial: bool = False) -> dict[str, Any]:
    serializer = kind(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _answer(
    kind: type[BaseSerializer[Any]], row: Model, request: Request, code: int = status.HTTP_200_OK
) -> Response:
    return Response(kind(row, context={"request": request}).data, status=code)


def _page(request: Request, rows: QuerySet[Any], kind: type[BaseSerializer[Any]]) -> Response:
    pages = Pages()
    chosen = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(kind(chosen, many=True, context={"request": request}).data)
