"""The kill switch in the REST API."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from livesessions.access import get_session_for
from livesessions.api import problems
from livesessions.api.serializers import KillSerializer
from livesessions.kill.acknowledgements import progress_of
from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill
from tenants.api.operations import Operation, api_route
from tenants.api.requests import tenant_request
from tenants.api.throttles import EmergencyThrottle
from tenants.models import Scope


@api_route(
    Operation(
        method="GET",
        name="read_kill",
        summary="Read what a press of the kill switch has stopped so far",
        scope=Scope.READ,
        answer=KillSerializer,
        problems=[problems.NOT_KILLED],
    ),
    Operation(
        method="POST",
        name="kill",
        summary="Silence the overlay and end the live at once",
        description="Whatever else fails: it waits for no worker. It may be repeated.",
        scope=Scope.LIVE,
        answer=KillSerializer,
        problems=[problems.ALREADY_ENDED, problems.NOT_KILLED],
    ),
    throttles=[EmergencyThrottle],
)
def kill(request: Request, session_id: UUID) -> Response:
    """Press the kill switch of a live; or return what a press has reached so far."""
    row = get_session_for(tenant_request(request), session_id)
    if request.method == "POST":
        row = kill_session(session=row, way=Kill.Way.API)
    progress = progress_of(row)
    if progress is None:
        raise NotFound(_("The kill switch of this live was not pressed."), code="not_killed")
    return Response(KillSerializer(progress).data)
