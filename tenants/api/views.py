"""The routes that belong to no app: the API's root, its OpenAPI document, and unknown addresses."""

from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api import problems
from tenants.api.operations import Operation, api_route
from tenants.api.requests import absolute_url
from tenants.api.schema import read_document
from tenants.api.serializers import RootSerializer

RESOURCES = ("shows", "personas", "voices", "pronunciations", "sessions")


@api_route(
    Operation(
        method="GET",
        name="read_root",
        summary="List the resources and the documents",
        description="Needs no token.",
        scope=None,
        answer=RootSerializer,
    )
)
def root(request: Request) -> Response:
    """List where everything is; needs no token."""
    addresses = {name: absolute_url(request, reverse(f"api:{name}")) for name in RESOURCES}
    documents = {
        "documentation": absolute_url(request, reverse("api:reference")),
        "openapi": absolute_url(request, reverse("api:openapi")),
    }
    return Response(RootSerializer({"resources": addresses, **documents}).data)


def openapi(request: HttpRequest) -> JsonResponse:
    """Return the OpenAPI document; needs no token, and is the same for everybody."""
    return JsonResponse(read_document(), json_dumps_params={"ensure_ascii": False})


@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
@permission_classes([IsAuthenticated])
def not_found(request: Request) -> Response:
    """Answer an unknown address with a JSON 404, which says when only the slash at the end is missing."""
    path = request.path + "/"
    if request.path.endswith("/") or _is_unknown(path):
        raise NotFound
    raise NotFound(_("Add a slash at the end: %(path)s") % {"path": path}, code=problems.SLASH_MISSING.code)


def _is_unknown(path: str) -> bool:
    try:
        return resolve(path).url_name is None
    except Resolver404:
        return True
