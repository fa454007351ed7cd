"""Lives and their commands in the REST API."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from livesessions.access import get_session_for, get_show_for
from livesessions.api.reply_serializers import ReplySerializer
from livesessions.api.serializers import (
    ApprovalSerializer,
    HeldReplySerializer,
    KillSerializer,
    LineSerializer,
    SessionCreateSerializer,
    SessionSerializer,
)
from livesessions.kill.acknowledgements import progress_of
from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.querysets import held_replies
from livesessions.services.approvals import approve_reply, reject_reply
from livesessions.services.lines import say_line
from livesessions.services.sessions import (
    create_session,
    mute_session,
    skip_reply,
    start_session,
    stop_session,
    unmute_session,
)
from tenants.api.paging import answer_page
from tenants.api.requests import tenant_request, valid_input
from tenants.api.responses import answer_row
from tenants.api.throttles import ApiTokenThrottle, EmergencyThrottle


@api_view(["GET", "POST"])
def sessions(request: Request) -> Response:
    asked = tenant_request(request)
    if request.method == "GET":
        rows = LiveSession.objects.filter(tenant=asked.tenant).select_related("show__overlay")
        return answer_page(request, rows, SessionSerializer)
    wanted = valid_input(SessionCreateSerializer, request)
    wanted["show"] = get_show_for(asked, wanted["show"])
    return answer_row(SessionSerializer, create_session(**wanted), request, status.HTTP_201_CREATED)


@api_view(["GET"])
def session(request: Request, session_id: UUID) -> Response:
    return answer_row(SessionSerializer, get_session_for(tenant_request(request), session_id), request)


@api_view(["POST"])
def say(request: Request, session_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    reply = say_line(session=row, text=valid_input(LineSerializer, request)["text"])
    return answer_row(ReplySerializer, reply, request, status.HTTP_202_ACCEPTED)


@api_view(["POST"])
def skip(request: Request, session_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    skip_reply(session=row)
    return answer_row(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_view(["GET"])
def held(request: Request, session_id: UUID) -> Response:
    """Return the answers that wait for approval, oldest first; at most five."""
    rows = held_replies(get_session_for(tenant_request(request), session_id))
    return Response({"results": HeldReplySerializer(rows, many=True).data})


@api_view(["POST"])
def approve(request: Request, session_id: UUID, reply_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    text = valid_input(ApprovalSerializer, request)["text"]
    approve_reply(session=row, reply_id=reply_id, text=text)
    return answer_row(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_view(["POST"])
def reject(request: Request, session_id: UUID, reply_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    reject_reply(session=row, reply_id=reply_id)
    return answer_row(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


def _command(
    change: Callable[..., LiveSession], throttle: type[ApiTokenThrottle] = ApiTokenThrottle
) -> Callable[..., Response]:
    @api_view(["POST"])
    @throttle_classes([throttle])
    def view(request: Request, session_id: UUID) -> Response:
        row = change(session=get_session_for(tenant_request(request), session_id))
        return answer_row(SessionSerializer, row, request)

    return cast("Callable[..., Response]", view)


@api_view(["GET", "POST"])
@throttle_classes([EmergencyThrottle])
def kill(request: Request, session_id: UUID) -> Response:
    """Press the kill switch of a live; or return what a press has reached so far."""
    row = get_session_for(tenant_request(request), session_id)
    if request.method == "POST":
        row = kill_session(session=row, way=Kill.Way.API)
    progress = progress_of(row)
    if progress is None:
        raise NotFound(_("The kill switch of this live was not pressed."), code="not_killed")
    return Response(KillSerializer(progress).data)


start = _command(start_session)
stop = _command(stop_session, EmergencyThrottle)
mute = _command(mute_session, EmergencyThrottle)
unmute = _command(unmute_session, EmergencyThrottle)
