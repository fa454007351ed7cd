"""Lives and their commands in the REST API."""

from collections.abc import Callable, Sequence
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.plans import doors
from billing.plans.api_problems import door_problems
from livesessions.access import get_session_for, get_show_for
from livesessions.api import examples, problems
from livesessions.api.reply_serializers import ReplySerializer
from livesessions.api.serializers import LineSerializer, SessionCreateSerializer, SessionSerializer
from livesessions.models.sessions import LiveSession
from livesessions.services.lines import say_line
from livesessions.services.sessions import (
    create_session,
    mute_session,
    skip_reply,
    start_session,
    stop_session,
    unmute_session,
)
from tenants.api.operations import Operation, api_route
from tenants.api.paging import answer_page
from tenants.api.problems import NOT_FOUND, Problem
from tenants.api.requests import tenant_request, valid_input
from tenants.api.resources import row_command
from tenants.api.responses import answer_row
from tenants.api.throttles import ApiTokenThrottle, EmergencyThrottle
from tenants.models import Scope


@api_route(
    Operation(
        method="GET",
        name="list_sessions",
        summary="List the lives, newest first",
        scope=Scope.READ,
        answer=SessionSerializer,
        pages=True,
    ),
    Operation(
        method="POST",
        name="create_session",
        summary="Prepare a live",
        description="Each source has its own `source_options`. A show has one live at a time.",
        scope=Scope.LIVE,
        body=SessionCreateSerializer,
        answer=SessionSerializer,
        status=status.HTTP_201_CREATED,
        problems=[
            problems.SHOW_IS_TAKEN,
            problems.SHOW_IS_ARCHIVED,
            problems.HANDLE_MISSING,
            problems.STREAM_TARGET_MISSING,
            problems.SHOPPING_LIVE,
            NOT_FOUND,
            *door_problems(doors.START_LIVE, doors.MANAGED_LIVE),
        ],
    ),
)
def sessions(request: Request) -> Response:
    asked = tenant_request(request)
    if request.method == "GET":
        rows = LiveSession.objects.filter(tenant=asked.tenant).select_related("show__overlay")
        return answer_page(request, rows, SessionSerializer)
    wanted = valid_input(SessionCreateSerializer, request)
    wanted["show"] = get_show_for(asked, wanted["show"])
    return answer_row(SessionSerializer, create_session(**wanted), request, status.HTTP_201_CREATED)


@api_route(
    Operation(
        method="POST",
        name="say",
        summary="Have the host say a sentence",
        description=(
            "The rules judge the text first. The answer is its reply, which is said next: "
            "follow it by its `id` under `replies/`. A text that waits longer than 45 seconds expires."
        ),
        scope=Scope.SAY,
        body=LineSerializer,
        answer=ReplySerializer,
        answer_example=examples.QUEUED_LINE,
        status=status.HTTP_202_ACCEPTED,
        problems=[
            problems.NOT_ON_AIR,
            problems.ALREADY_ENDED,
            problems.TEXT_REFUSED,
            problems.COMMAND_UNREACHABLE,
        ],
    )
)
def say(request: Request, session_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    reply = say_line(session=row, text=valid_input(LineSerializer, request)["text"])
    return answer_row(ReplySerializer, reply, request, status.HTTP_202_ACCEPTED)


def _command(
    change: Callable[..., LiveSession | None],
    name: str,
    summary: str,
    description: str = "",
    *,
    conflicts: Sequence[Problem] = (),
    code: int = status.HTTP_200_OK,
    throttle: type[ApiTokenThrottle] = ApiTokenThrottle,
) -> Callable[..., Response]:
    operation = Operation(
        method="POST",
        name=name,
        summary=summary,
        description=description,
        scope=Scope.LIVE,
        answer=SessionSerializer,
        status=code,
        problems=conflicts,
    )

    def act(session: LiveSession) -> LiveSession:
        return change(session=session) or session

    return row_command(operation, find=get_session_for, act=act, throttles=[throttle])


skip = _command(
    skip_reply,
    "skip",
    "Cut what the host is saying",
    "The worker acts on it a moment later, or never if it is gone by then.",
    code=status.HTTP_202_ACCEPTED,
    conflicts=[problems.NOT_ON_AIR, problems.ALREADY_ENDED, problems.COMMAND_UNREACHABLE],
)
start = _command(
    start_session,
    "start",
    "Go on air",
    "A live that is starting or on air already is answered as it is.",
    conflicts=[problems.ALREADY_ENDED, problems.SHOPPING_LIVE, *door_problems(doors.START_LIVE)],
)
stop = _command(
    stop_session,
    "stop",
    "End the live",
    "The overlay is silent at once. It is no error to end a live twice.",
    throttle=EmergencyThrottle,
)
mute = _command(
    mute_session,
    "mute",
    "Silence the host at once",
    "It works without a worker, too.",
    conflicts=[problems.ALREADY_ENDED],
    throttle=EmergencyThrottle,
)
unmute = _command(
    unmute_session,
    "unmute",
    "Let the host speak again",
    conflicts=[problems.ALREADY_ENDED],
    throttle=EmergencyThrottle,
)
