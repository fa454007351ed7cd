"""Shows and their plans in the REST API."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from billing.plans import doors
from billing.plans.api_problems import door_problems
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
from tenants.api.operations import Operation, api_route
from tenants.api.requests import tenant_request, valid_input
from tenants.api.resources import Resource, row_command
from tenants.models import Scope


def _create(request: Request) -> Show:
    tenant, wanted = tenant_request(request).tenant, valid_input(ShowCreateSerializer, request)
    host = {name: wanted.pop(name) for name in ("persona", "voice") if name in wanted}
    show = create_show(tenant=tenant, **{"language": tenant.language, **wanted})
    return change_show(show=show, **host) if host else show


def _rotate_overlay(show: Show) -> Show:
    rotate_token(overlay=show.overlay)
    return show


SHOWS = Resource(
    noun="show",
    plural="shows",
    answer=ShowSerializer,
    body=ShowChangeSerializer,
    new_body=ShowCreateSerializer,
    rows=lambda tenant: Show.objects.filter(tenant=tenant).select_related("overlay"),
    find=get_show_for,
    create=_create,
    change=lambda request, show: change_show(
        show=show, **valid_input(ShowChangeSerializer, request, changes=show)
    ),
    delete=lambda show: delete_show(show=show),
    create_problems=[problems.CHOICE_IS_GONE, *door_problems(doors.MANAGED_LIVE)],
    change_description="Only the fields that are sent change. Most apply from the next live.",
    change_problems=[problems.CHOICE_IS_GONE, *door_problems(doors.MANAGED_LIVE)],
    delete_summary="Delete a show with its overlay, rehearsals and lives",
    delete_description="Nothing of it can be restored. Archive a show that you may need again.",
    delete_problems=[problems.SHOW_IS_LIVE],
)
shows, show = SHOWS.list_route(), SHOWS.row_route()

archive = row_command(
    Operation(
        method="POST",
        name="archive_show",
        summary="Put a show into the archive",
        description="It stays readable and cannot go live.",
        scope=Scope.WRITE,
        answer=ShowSerializer,
        problems=[problems.SHOW_IS_LIVE],
    ),
    find=get_show_for,
    act=lambda show: archive_show(show=show),
)
unarchive = row_command(
    Operation(
        method="POST",
        name="unarchive_show",
        summary="Take a show out of the archive",
        scope=Scope.WRITE,
        answer=ShowSerializer,
    ),
    find=get_show_for,
    act=lambda show: unarchive_show(show=show),
)
overlay_rotate = row_command(
    Operation(
        method="POST",
        name="rotate_overlay",
        summary="Give the overlay a new address",
        description="The old address stops working, and pages that are open on it close.",
        scope=Scope.WRITE,
        answer=ShowSerializer,
        problems=[UNREACHABLE],
    ),
    find=get_show_for,
    act=_rotate_overlay,
)


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
