from typing import Any, cast

from django.db.models import Model
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from tenants.http import TenantRequest, public_address


def tenant_request(request: Request) -> TenantRequest:
    """Return Django's request, with `tenant` and `membership`, from the REST framework's."""
    return cast("TenantRequest", request._request)


def valid_input(
    kind: type[BaseSerializer[Any]], request: Request, *, changes: Model | None = None
) -> dict[str, Any]:
    """Validate the request's body and return its fields; raise `ValidationError`.

    With `changes`, the row to change, no field is required.
    """
    context = {"request": request}
    serializer = kind(changes, data=request.data, partial=changes is not None, context=context)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def absolute_url(request: Request, path: str) -> str:
    """Return the public URL of one of the site's paths."""
    return public_address(request._request, path)
