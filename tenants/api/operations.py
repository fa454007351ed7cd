"""Declares the operations of the REST API: what each does, what it accepts and returns, and who may ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view, parser_classes, permission_classes, throttle_classes
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle

from tenants.api.problems import Problem
from tenants.models import Membership, Scope

Kind = type[BaseSerializer[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one route.

    - `name`: unique, verb first, such as `list_shows`; also the method's name in generated clients.
    - `scope`: what a token needs; None for what everybody may read.
    - `role`: the lowest role of the token's creator, where reading or writing alone does not say it.
    - `body`: the serializer of the request; `answer`: that of the response, None for no content.
    - `answer_example`: where the example of `answer` does not fit.
    - `pages`: whether the answer is a page of many rows.
    - `problems`: the errors of this operation, beside those that every operation can have.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    name: str
    summary: str
    scope: Scope | None
    role: Membership.Role | None = None
    description: str = ""
    body: Kind | None = None
    answer: Kind | None = None
    answer_example: Any = None
    pages: bool = False
    status: int = 200
    query: Sequence[OpenApiParameter] = ()
    problems: Sequence[Problem] = ()


def api_route(
    *operations: Operation,
    throttles: Sequence[type[BaseThrottle]] = (),
    parsers: Sequence[type[BaseParser]] = (),
) -> Callable[[Callable[..., Response]], Any]:
    """Make a function the view of a route with these operations; `HasScope` and the document read them."""

    def decorate(view: Callable[..., Response]) -> Any:
        if throttles:
            view = throttle_classes(list(throttles))(view)
        if parsers:
            view = parser_classes(list(parsers))(view)
        if all(operation.scope is None for operation in operations):
            view = permission_classes([AllowAny])(view)
        route: Any = api_view([operation.method for operation in operations])(view)
        route.cls.operations = {operation.method: operation for operation in operations}
        return route

    return decorate
