"""The events of a live's room in the REST API: read from the log, and posted by a bridge."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from chatsources.events import LiveEvent
from livesessions.access import get_session_for
from livesessions.api import event_intake, problems
from livesessions.api.event_serializers import EventSerializer, EventsSerializer, IntakeSerializer
from livesessions.api.room_event_serializers import RoomEventsSerializer
from livesessions.api.throttles import EventIntakeThrottle, spend_events
from livesessions.models.sessions import LiveSession
from livesessions.querysets import console_events
from tenants.api.cursors import LIMIT, limit_of, number_of, page_address
from tenants.api.errors import by_field
from tenants.api.operations import Operation, api_route
from tenants.api.problems import INVALID
from tenants.api.requests import tenant_request, valid_input
from tenants.models import Scope


@api_route(
    Operation(
        method="GET",
        name="list_events",
        summary="List what happened in the room, oldest first",
        description=(
            "What the console shows: messages with the verdict of the rules, gifts, follows and the like. "
            "To follow a live, ask again with `after` set to the last answer's `cursor`. "
            "`next` is the address of the following page, `null` when there is none yet."
        ),
        scope=Scope.READ,
        answer=RoomEventsSerializer,
        query=[
            OpenApiParameter("after", str, description="A cursor of an earlier answer: only later events."),
            OpenApiParameter("since", OpenApiTypes.DATETIME, description="Only events from this time on."),
            LIMIT,
        ],
        problems=[INVALID],
    ),
    Operation(
        method="POST",
        name="post_events",
        summary="Post what happened in the room",
        description=(
            "For a bridge that brings a live its chat; docs/events.md describes each kind. "
            "An invalid event does not reject the others: the answer says which were wrong."
        ),
        scope=Scope.EVENTS,
        body=EventsSerializer,
        answer=IntakeSerializer,
        status=status.HTTP_202_ACCEPTED,
        problems=[problems.NOT_ON_AIR, problems.ALREADY_ENDED, problems.INTAKE_UNREACHABLE],
    ),
    throttles=[EventIntakeThrottle],
)
def events(request: Request, session_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    if request.method == "GET":
        return _read(request, row)
    event_intake.require_intake_open(row)
    valid, rejected = _validated(valid_input(EventsSerializer, request)["events"])
    spend_events(row, len(valid))
    accepted = event_intake.deliver(session_id=row.id, events=valid)
    answer = {"accepted": accepted, "duplicates": len(valid) - accepted, "rejected": rejected}
    return Response(answer, status=status.HTTP_202_ACCEPTED)


def _read(request: Request, session: LiveSession) -> Response:
    limit, after = limit_of(request), number_of(request, "after")
    rows = list(console_events(session, after=after, since=_since(request))[: limit + 1])
    page, cursor = rows[:limit], rows[:limit][-1].id if rows else after
    following = page_address(request, "after", cursor) if len(rows) > limit else None
    answer = {"next": following, "cursor": str(cursor), "results": page}
    return Response(RoomEventsSerializer(answer).data)


def _since(request: Request) -> datetime | None:
    text = request.query_params.get("since")
    if not text:
        return None
    try:
        return cast("datetime", serializers.DateTimeField().run_validation(text))
    except ValidationError as error:
        raise ValidationError({"since": error.detail}) from None


def _validated(items: list[Any]) -> tuple[list[LiveEvent], list[dict[str, Any]]]:
    """Validate the items; return the valid events and the errors of the others."""
    serializer, now = EventSerializer(), timezone.now()
    valid: list[LiveEvent] = []
    rejected: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            valid.append(event_intake.live_event(serializer.run_validation(item), now=now))
        except ValidationError as error:
            rejected.append({"index": index, "errors": by_field(error.detail)})
    return valid, rejected
