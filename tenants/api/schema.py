"""Builds the OpenAPI document from the operations of the routes."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

from django.utils import translation
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from tenants.api import problems
from tenants.api.operations import Kind, Operation
from tenants.api.paging import Pages
from tenants.api.problems import Problem

API = "/api/v1/"
_pages: dict[str, Kind] = {}
PAGE_QUERY = (
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": Pages.max_limit, "default": Pages.default_limit},
        description=f"Rows a page: {Pages.default_limit} when left out, {Pages.max_limit} at most.",
    ),
    OpenApiParameter(
        "offset", {"type": "integer", "minimum": 0, "default": 0}, description="How many rows to leave out."
    ),
)


@cache
def read_document() -> dict[str, Any]:
    """Return the OpenAPI document, in English. It is built once for each process."""
    with translation.override("en"):
        document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


class OperationSchema(AutoSchema):
    """Describes a route by its `Operation`s, which `api_route` has put on the view's class."""

    @property
    def operation(self) -> Operation:
        operation: Operation = self.view.operations[self.method]  # type: ignore[attr-defined]
        return operation

    def is_excluded(self) -> bool:
        return not hasattr(self.view, "operations")

    def get_operation_id(self) -> str:
        return self.operation.name

    def get_tags(self) -> list[str]:
        first = self.path.removeprefix(API).split("/")[0]
        return [first or "root"]

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]  # as in drf-spectacular
        return self.operation.description

    def get_override_parameters(self) -> list[Any]:
        pages = PAGE_QUERY if self.operation.pages else ()
        return [*pages, *self.operation.query]

    def get_request_serializer(self) -> Any:
        return self.operation.body

    def get_response_serializers(self) -> Any:
        return {self.operation.status: self._answer(), **dict(self._refusals())}

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"token": [self.operation.scope.value]}] if self.operation.scope else [{}]

    def get_examples(self) -> list[OpenApiExample]:
        operation = self.operation
        found = []
        if (sent := getattr(operation.body, "example", None)) is not None:
            found.append(OpenApiExample("Request", sent, request_only=True))
        answer = operation.answer_example or getattr(operation.answer, "example", None)
        if answer is not None:
            shown = {"count": 1, "next": None, "previous": None, "results": [answer]}
            found.append(
                OpenApiExample(
                    "Answer",
                    shown if operation.pages else answer,
                    response_only=True,
                    status_codes=[str(operation.status)],
                )
            )
        return found

    def _answer(self) -> OpenApiResponse:
        operation = self.operation
        kind = page_of(operation.answer) if operation.pages and operation.answer else operation.answer
        return OpenApiResponse(kind, description=HTTPStatus(operation.status).phrase)

    def _refusals(self) -> Iterator[tuple[int, OpenApiResponse]]:
        by_status: dict[int, list[Problem]] = defaultdict(list)
        for problem in problems_of(self.operation, has_ids="{" in self.path):
            by_status[problem.status].append(problem)
        for status, found in sorted(by_status.items()):
            yield status, _refusal(found)


REQUEST_ID = "4f1c2a9b7d3e5f60"  # in examples


def problems_of(operation: Operation, *, has_ids: bool) -> list[Problem]:
    """Return every error that an operation can answer with."""
    found = list(operation.problems)
    if operation.scope is not None:
        found += [problems.NOT_AUTHENTICATED, problems.AUTHENTICATION_FAILED, problems.SCOPE_MISSING]
        if operation.method != "GET" or operation.role:
            found.append(problems.ROLE_TOO_LOW)
        found += [problems.THROTTLED, problems.SERVER_ERROR, problems.DATABASE_UNREACHABLE]
    if operation.body is not None:
        found += [problems.INVALID, problems.PARSE_ERROR, problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE]
    if has_ids:
        found.append(problems.NOT_FOUND)
    return list(dict.fromkeys([*found, problems.NOT_ACCEPTABLE]))


@cache
def all_problems() -> tuple[Problem, ...]:
    """Return every error of the API, by status and code."""
    endpoints = EndpointEnumerator().get_api_endpoints()  # type: ignore[no-untyped-call]
    found = set(problems.EVERYWHERE)
    for path, _regex, method, callback in endpoints:
        operation = getattr(callback.cls, "operations", {}).get(method)
        if operation is not None:
            found.update(problems_of(operation, has_ids="{" in path))
    return tuple(sorted(found, key=lambda problem: (problem.status, problem.code)))


def _refusal(found: list[Problem]) -> OpenApiResponse:
    """Return the schema of one status's errors: the shape of all errors, with the codes that are possible."""
    codes = [problem.code for problem in found]
    schema: dict[str, Any] = {
        "type": "object",
        "required": ["detail", "code", "request_id"],
        "properties": {
            "detail": {"type": "string"},
            "code": {"type": "string", "enum": codes},
            "request_id": {"type": "string"},
        },
    }
    if problems.INVALID in found:
        texts = {"type": "array", "items": {"type": "string"}}
        schema["properties"]["errors"] = {"type": "object", "additionalProperties": texts}
    examples = [
        OpenApiExample(
            problem.code,
            {"detail": problem.meaning, "code": problem.code, "request_id": REQUEST_ID},
            response_only=True,
        )
        for problem in found
    ]
    meaning = " ".join(f"`{problem.code}`: {problem.meaning}" for problem in found)
    return OpenApiResponse(schema, description=meaning, examples=examples)


def page_of(kind: Kind) -> Kind:
    """Return the serializer of a page of rows."""
    name = kind.__name__.removesuffix("Serializer")
    if name in _pages:
        return _pages[name]
    fields = {
        "__doc__": "A page of a list.",
        "count": serializers.IntegerField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": kind(many=True),
    }
    _pages[name] = type(f"{name}PageSerializer", (serializers.Serializer,), fields)
    return _pages[name]


def finish_document(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say in the document that bodies take no unknown fields. A hook of drf-spectacular."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    return result
