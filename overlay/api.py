from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from livesessions.access import get_show_for
from livesessions.api.show_serializers import ShowSerializer
from overlay.layout import clean_layout, default_layout
from overlay.serializers import LayoutSerializer, PictureSerializer
from overlay.services import remove_picture, rotate_token, save_layout
from tenants.api.requests import absolute_url, tenant_request, valid_input
from tenants.api.responses import answer_row


@api_view(["GET", "PUT", "PATCH"])
def overlay(request: Request, show_id: UUID) -> Response:
    """The layout. A `PUT` begins with the default, a `PATCH` with what there is: the whole is then judged."""
    row = get_show_for(tenant_request(request), show_id).overlay
    if request.method != "GET":
        before = LayoutSerializer(default_layout() if request.method == "PUT" else row.whole_layout).data
        whole = _laid_over(before, request.data)
        judge = LayoutSerializer(data=whole, context={"has_picture": bool(row.avatar_picture)})
        judge.is_valid(raise_exception=True)
        save_layout(overlay=row, layout=clean_layout(judge.validated_data, picture=row.picture_url))
    return Response(LayoutSerializer(row.whole_layout).data)


@api_view(["POST"])
def overlay_rotate(request: Request, show_id: UUID) -> Response:
    show = get_show_for(tenant_request(request), show_id)
    rotate_token(overlay=show.overlay)
    return answer_row(ShowSerializer, show, request)


@api_view(["GET", "PUT", "DELETE"])
@parser_classes([MultiPartParser])
def overlay_picture(request: Request, show_id: UUID) -> Response:
    row = get_show_for(tenant_request(request), show_id).overlay
    if request.method == "DELETE":
        remove_picture(overlay=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PUT":
        picture = valid_input(PictureSerializer, request)["picture"]
        save_layout(overlay=row, layout=row.whole_layout, picture=picture)
    return Response({"url": absolute_url(request, row.picture_url) if row.picture_url else ""})


def _laid_over(before: Any, sent: Any) -> Any:
    """Return what was sent, and what it leaves out as it was before."""
    if not (isinstance(before, dict) and isinstance(sent, dict)):
        return sent
    return {**before, **{name: _laid_over(before.get(name), value) for name, value in sent.items()}}
