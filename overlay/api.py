"""Layouts and pictures of overlays in the REST API."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from overlay.access import get_overlay_for
from overlay.layout import clean_layout, default_layout
from overlay.serializers import LayoutSerializer, PictureSerializer
from overlay.services import remove_picture, save_layout
from tenants.api.requests import absolute_url, tenant_request, valid_input


@api_view(["GET", "PUT", "PATCH"])
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


@api_view(["GET", "PUT", "DELETE"])
@parser_classes([MultiPartParser])
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
