from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer


class Pages(LimitOffsetPagination):
    """Pagination by `?limit=&offset=`."""

    default_limit = 50
    max_limit = 200


def answer_page(request: Request, rows: QuerySet[Any], kind: type[BaseSerializer[Any]]) -> Response:
    """Return the requested page of `rows`, each serialized by `kind`."""
    pages = Pages()
    chosen = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(kind(chosen, many=True, context={"request": request}).data)
