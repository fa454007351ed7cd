"""Shows and their plans in the REST API."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from livesessions.access import get_show_for
from livesessions.api import problems
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
from overlay.api import UNREACHABLE
from overlay.services import rotate_token
from planner.models import Persona
from speech.models import VoiceProfile
from tenants.api.operations import Operation, api_route
from tenants.api.paging import answer_page
from tenants.api.requests import tenant_request, valid_input
from tenants.api.responses import answer_row
from tenants.models import Scope


@api_route(
    Operation(
        method="GET",
        name="list_shows",
        summary="List the shows, newest first",
        scope=Scope.READ,
        answer=ShowSerializer,
        pages=True,
    ),
    Operation(
        method="POST",
        name="create_show",
        summary="Create a show",
        scope=Scope.WRITE,
        body=ShowCreateSerializer,
        answer=ShowSerializer,
        status=status.HTTP_201_CREATED,
        problems=[problems.CHOICE_IS_GONE],
    ),
)
def shows(request: Request) -> Response:
    tenant = tenant_request(request).tenant
    if request.method == "GET":
        return answer_page(
            request, Show.objects.filter(tenant=tenant).select_related("overlay"), ShowSerializer
        )
    wanted = valid_input(ShowCreateSerializer, request)
    host = _host_in(wanted)
    show = create_show(tenant=tenant, **{"language": tenant.language, **wanted})
    if host:
        show = change_show(show=show, **host)
    return answer_row(ShowSerializer, show, request, status.HTTP_201_CREATED)


@api_route(
    Operation(method="GET", name="read_show", summary="Read a show", scope=Scope.READ, answer=ShowSerializer),
    Operation(
        method="PATCH",
        name="change_show",
        summary="Change a show",
        description="Only the fields that are sent change. Most apply from the next live.",
        scope=Scope.WRITE,
        body=ShowChangeSerializer,
        answer=ShowSerializer,
        problems=[problems.CHOICE_IS_GONE],
    ),
    Operation(
        method="DELETE",
        name="delete_show",
        summary="Delete a show with its overlay, rehearsals and lives",
        description="Nothing of it can be restored. Archive a show that you may need again.",
        scope=Scope.WRITE,
        status=status.HTTP_204_NO_CONTENT,
        problems=[problems.SHOW_IS_LIVE],
    ),
)
def show(request: Request, show_id: UUID) -> Response:
    row = get_show_for(tenant_request(request), show_id)
    if request.method == "DELETE":
        delete_show(show=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PATCH":
        row = change_show(show=row, **valid_input(ShowChangeSerializer, request, changes=row))
    return answer_row(ShowSerializer, row, request)


@api_route(
    Operation(
        method="POST",
        name="archive_show",
        summary="Put a show into the archive",
        description="It stays readable and cannot go live.",
        scope=Scope.WRITE,
        answer=ShowSerializer,
        problems=[problems.SHOW_IS_LIVE],
    )
)
def archive(request: Request, show_id: UUID) -> Response:
    row = archive_show(show=get_show_for(tenant_request(request), show_id))
    return answer_row(ShowSerializer, row, request)


@api_route(
    Operation(
        method="POST",
        name="unarchive_show",
        summary="Take a show out of the archive",
        description="",
        scope=Scope.WRITE,
        answer=ShowSerializer,
        problems=(),
    )
)
def unarchive(request: Request, show_id: UUID) -> Response:
    row = unarchive_show(show=get_show_for(tenant_request(request), show_id))
    return answer_row(ShowSerializer, row, request)


def _host_in(wanted: dict[str, Any]) -> dict[str, Persona | VoiceProfile]:
    """Remove persona and voice from the input and return them."""
    return {name: wanted.pop(name) for name in ("persona", "voice") if name in wanted}


@api_route(
    Operation(
        method="GET",
        name="read_plan",
        summary="Read the plan of a show",
        scope=Scope.READ,
        answer=PlanSerializer,
    ),
    Operation(
        method="PUT",
        name="replace_plan",
        summary="Replace the plan of a show",
        description="All segments at once, in their order. It applies from the next live.",
        scope=Scope.WRITE,
        body=PlanSerializer,
        answer=PlanSerializer,
    ),
)
def plan(request: Request, show_id: UUID) -> Response:
    row = get_show_for(tenant_request(request), show_id)
    if request.method == "PUT":
        replace_plan(show=row, plan=valid_input(PlanSerializer, request)["segments"])
    segments = list(Segment.objects.filter(show=row))
    return Response(PlanSerializer({"segments": segments}).data)


@api_route(
    Operation(
        method="POST",
        name="rotate_overlay",
        summary="Give the overlay a new address",
        description="The old address stops working, and pages that are open on it close.",
        scope=Scope.WRITE,
        answer=ShowSerializer,
        problems=[UNREACHABLE],
    )
)
def overlay_rotate(request: Request, show_id: UUID) -> Response:
    """Create a new address for a show's overlay; return the show."""
    row = get_show_for(tenant_request(request), show_id)
    rotate_token(overlay=row.overlay)
    return answer_row(ShowSerializer, row, request)
