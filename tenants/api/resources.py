"""Declares a kind of row that the REST API lists, creates, reads, changes and deletes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from tenants.api.operations import Kind, Operation, api_route
from tenants.api.paging import answer_page
from tenants.api.problems import Problem
from tenants.api.requests import tenant_request
from tenants.api.responses import answer_row
from tenants.http import TenantRequest
from tenants.models import Scope, Tenant

View = Callable[..., Response]
Row = TypeVar("Row", bound=Model)
APPLIES_LATER = "Only the fields that are sent change. They apply from the next live."


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Generic[Row]):
    """One kind of row of a workspace.

    - `noun`, `plural`: its English names, as in the names of the operations.
    - `answer`: the serializer of a row; `body` that of a change, and of a new row where `new_body` is None.
    - `rows`: the rows of a workspace, in the order of the list; `listed` says which in the documentation.
    - `find`: the row that a URL names, or 404. `create` and `change` read the request's body.
    """

    noun: str
    plural: str
    answer: Kind
    body: Kind
    rows: Callable[[Tenant], QuerySet[Row]]
    find: Callable[[TenantRequest, UUID], Row]
    create: Callable[[Request], Row]
    change: Callable[[Request, Row], Row]
    delete: Callable[[Row], None]
    new_body: Kind | None = None
    listed: str = ", newest first"
    change_description: str = APPLIES_LATER
    delete_summary: str = ""
    delete_description: str = ""
    create_problems: Sequence[Problem] = ()
    change_problems: Sequence[Problem] = ()
    delete_problems: Sequence[Problem] = ()

    def list_route(self) -> View:
        """Return the view that lists and creates rows."""

        @api_route(*self._list_operations())
        def view(request: Request) -> Response:
            if request.method == "GET":
                return answer_page(request, self.rows(tenant_request(request).tenant), self.answer)
            return answer_row(self.answer, self.create(request), request, status.HTTP_201_CREATED)

        return view  # type: ignore[no-any-return]

    def row_route(self) -> View:
        """Return the view that reads, changes and deletes one row; its URL has one argument."""

        @api_route(*self._row_operations())
        def view(request: Request, **ids: UUID) -> Response:
            [row_id] = ids.values()
            row = self.find(tenant_request(request), row_id)
            if request.method == "DELETE":
                self.delete(row)
                return Response(status=status.HTTP_204_NO_CONTENT)
            if request.method == "PATCH":
                row = self.change(request, row)
            return answer_row(self.answer, row, request)

        return view  # type: ignore[no-any-return]

    def _list_operations(self) -> list[Operation]:
        return [
            Operation(
                method="GET",
                name=f"list_{self.plural}",
                summary=f"List the {self.plural}{self.listed}",
                scope=Scope.READ,
                answer=self.answer,
                pages=True,
            ),
            Operation(
                method="POST",
                name=f"create_{self.noun}",
                summary=f"Create a {self.noun}",
                scope=Scope.WRITE,
                body=self.new_body or self.body,
                answer=self.answer,
                status=status.HTTP_201_CREATED,
                problems=self.create_problems,
            ),
        ]

    def _row_operations(self) -> list[Operation]:
        return [
            Operation(
                method="GET",
                name=f"read_{self.noun}",
                summary=f"Read a {self.noun}",
                scope=Scope.READ,
                answer=self.answer,
            ),
            Operation(
                method="PATCH",
                name=f"change_{self.noun}",
                summary=f"Change a {self.noun}",
                description=self.change_description,
                scope=Scope.WRITE,
                body=self.body,
                answer=self.answer,
                problems=self.change_problems,
            ),
            Operation(
                method="DELETE",
                name=f"delete_{self.noun}",
                summary=self.delete_summary or f"Delete a {self.noun}",
                description=self.delete_description,
                scope=Scope.WRITE,
                status=status.HTTP_204_NO_CONTENT,
                problems=self.delete_problems,
            ),
        ]


def row_command(
    operation: Operation,
    *,
    find: Callable[[TenantRequest, UUID], Row],
    act: Callable[[Row], Row],
    throttles: Sequence[type[BaseThrottle]] = (),
) -> View:
    """Return the view of a POST that does something to the row that its URL names, and answers the row."""
    assert operation.answer is not None  # noqa: S101 - a command answers its row
    answer = operation.answer

    @api_route(operation, throttles=throttles)
    def view(request: Request, **ids: UUID) -> Response:
        [row_id] = ids.values()
        row = act(find(tenant_request(request), row_id))
        return answer_row(answer, row, request, operation.status)

    return view  # type: ignore[no-any-return]
