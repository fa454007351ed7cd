"""Layouts and pictures of overlays in the REST API."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from billing.plans import doors
from billing.plans.api_problems import door_problems
from overlay.access import get_overlay_for
from overlay.errors import OverlayUnreachable
from overlay.layout import clean_layout, default_layout
from overlay.serializers import (
    LayoutChangeSerializer,
    LayoutSerializer,
    PictureAddressSerializer,
    PictureSerializer,
)
from overlay.services import remove_picture, save_layout
from tenants.api.operations import Operation, api_route
from tenants.api.problems import Problem
from tenants.api.requests import absolute_url, tenant_request, valid_input
from tenants.models import Scope

UNREACHABLE = Problem(
    OverlayUnreachable.code,
    OverlayUnreachable.status,
    "It is stored, but open overlays could not be told. Send it again.",
)


@api_route(
    Operation(
        method="GET",
        name="read_overlay",
        summary="Read the layout of a show's overlay",
        scope=Scope.READ,
        answer=LayoutSerializer,
    ),
    Operation(
        method="PUT",
        name="replace_overlay",
        summary="Replace the layout",
        description="What is left out is as in the default layout. Open overlays show it at once.",
        scope=Scope.WRITE,
        body=LayoutChangeSerializer,
        answer=LayoutSerializer,
        problems=[UNREACHABLE, *door_problems(doors.ANIMATED_AVATAR)],
    ),
    Operation(
        method="PATCH",
        name="change_overlay",
        summary="Change parts of the layout",
        description="What is left out stays, at every level. Open overlays show it at once.",
        scope=Scope.WRITE,
        body=LayoutChangeSerializer,
        answer=LayoutSerializer,
        problems=[UNREACHABLE, *door_problems(doors.ANIMATED_AVATAR)],
    ),
)
def overlay(request: Request, show_id: UUID) -> Response:
    """Read or write the layout: `PUT` changes the default layout, `PATCH` the stored one."""
    row, _use = get_overlay_for(tenant_request(request), show_id)
    if request.method != "GET":
        before = LayoutSerializer(default_layout() if request.method == "PUT" else row.whole_layout).data
        whole = _merged(before, request.data)
        form = LayoutSerializer(data=whole, context={"has_picture": bool(row.avatar_picture)})
        form.is_valid(raise_exception=True)
        save_layout(overlay=row, layout=clean_layout(form.validated_data, picture=row.picture_url))
    return Response(LayoutSerializer(row.whole_layout).data)


@api_route(
    Operation(
        method="GET",
        name="read_overlay_picture",
        summary="Read the address of the avatar's own picture",
        description="The address is public, and empty when there is no picture.",
        scope=Scope.READ,
        answer=PictureAddressSerializer,
    ),
    Operation(
        method="PUT",
        name="replace_overlay_picture",
        summary="Upload a picture for the avatar",
        description=(
            "PNG, JPEG or WebP, up to 8 MB and 25 million pixels, each side from 16 to 8,000 pixels. "
            "The stored picture is upright, still, at most 1,024 pixels a side, without the camera's data."
        ),
        scope=Scope.WRITE,
        body=PictureSerializer,
        answer=PictureAddressSerializer,
        problems=[UNREACHABLE],
    ),
    Operation(
        method="DELETE",
        name="delete_overlay_picture",
        summary="Delete the picture",
        scope=Scope.WRITE,
        status=status.HTTP_204_NO_CONTENT,
        problems=[UNREACHABLE],
    ),
    parsers=[MultiPartParser],
)
def overlay_picture(request: Request, show_id: UUID) -> Response:
    """Read, replace or delete the avatar's picture."""
    row, _use = get_overlay_for(tenant_request(request), show_id)
    if request.method == "DELETE":
        remove_picture(overlay=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PUT":
        picture = valid_input(PictureSerializer, request)["picture"]
        save_layout(overlay=row, layout=row.whole_layout, picture=picture)
    return Response({"url": absolute_url(request, row.picture_url) if row.picture_url else ""})


def _merged(before: Any, sent: Any) -> Any:
    """Return the sent values, completed with the earlier ones at every level."""
    if not (isinstance(before, dict) and isinstance(sent, dict)):
        return sent
    return {**before, **{name: _merged(before.get(name), value) for name, value in sent.items()}}
