from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer


def answer_row(
    kind: type[BaseSerializer[Any]],
    row: Model | Mapping[str, Any],
    request: Request,
    code: int = status.HTTP_200_OK,
) -> Response:
    """Return one row, or values by the names of the fields, serialized by `kind`."""
    return Response(kind(row, context={"request": request}).data, status=code)
