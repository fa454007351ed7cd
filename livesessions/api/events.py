"""Inbound events in the REST API."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from chatsources.events import LiveEvent
from livesessions.access import get_session_for
from livesessions.api import event_intake
from livesessions.api.event_serializers import EventSerializer, EventsSerializer
from livesessions.api.throttles import EventIntakeThrottle, spend_events
from tenants.api.errors import by_field
from tenants.api.requests import tenant_request, valid_input


@api_view(["POST"])
@throttle_classes([EventIntakeThrottle])
def events(request: Request, session_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    event_intake.require_intake_open(row)
    valid, rejected = _validated(valid_input(EventsSerializer, request)["events"])
    spend_events(row, len(valid))
    accepted = event_intake.deliver(session_id=row.id, events=valid)
    answer = {"accepted": accepted, "duplicates": len(valid) - accepted, "rejected": rejected}
    return Response(answer, status=status.HTTP_202_ACCEPTED)


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
