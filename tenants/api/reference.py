"""The page that documents the REST API, rendered from its OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from tenants.api.fields import FieldRow, field_rows, kind_of
from tenants.api.samples import JSON_TYPE, curl_sample, python_sample
from tenants.api.schema import all_problems, read_document
from tenants.http import public_address
from tenants.models import Scope

START_CURL = """\
export VIVAVOCE=SITE
export TOKEN=vv_your_token

curl "$VIVAVOCE/api/v1/shows/" \\
  -H "Authorization: Bearer $TOKEN\""""
START_PYTHON = """\
import httpx

api = httpx.Client(
    base_url="SITE",
    headers={"Authorization": "Bearer vv_your_token"},
)
print(api.get("/api/v1/shows/").json())"""


@dataclass(frozen=True, slots=True)
class OperationEntry:
    """One operation as the page shows it; texts are empty where there is nothing."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    status: str
    parameters: tuple[FieldRow, ...]
    body: tuple[FieldRow, ...]
    answer: tuple[FieldRow, ...]
    answer_example: str
    curl: str
    python: str
    errors: tuple[tuple[str, str], ...]  # status and code


@dataclass(frozen=True, slots=True)
class OperationGroup:
    """The operations of one resource."""

    name: str
    description: str
    operations: tuple[OperationEntry, ...]


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show every route with its parameters, examples and errors; public."""
    site = public_address(request, "/").rstrip("/")
    context = {
        "groups": read_groups(),
        "operations": render_operations(),
        "scopes": read_scopes(),
        "problems": all_problems(),
        "start_curl": START_CURL.replace("SITE", site),
        "start_python": START_PYTHON.replace("SITE", site),
    }
    return render(request, "tenants/api_reference.html", context)


@cache
def render_operations() -> SafeString:
    """Return the HTML of all operations, which is the same for everybody."""
    with translation.override("en"):
        return render_to_string("tenants/_operations.html", {"groups": read_groups()})


def read_scopes() -> list[tuple[str, str]]:
    """Return each scope with what it allows, in the language of the page."""
    return [(scope.value, str(scope.label)) for scope in Scope]


@cache
def read_groups() -> tuple[OperationGroup, ...]:
    """Return all operations by resource, in the document's order. Computed once for each process."""
    document = read_document()
    found: dict[str, list[OperationEntry]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            entry = _entry(document, path, method.upper(), operation)
            found.setdefault(operation["tags"][0], []).append(entry)
    return tuple(
        OperationGroup(tag["name"], tag["description"], tuple(found[tag["name"]])) for tag in document["tags"]
    )


def _entry(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> OperationEntry:
    status = next(status for status in operation["responses"] if status.startswith("2"))
    answer = operation["responses"][status].get("content", {}).get(JSON_TYPE, {})
    nothing: tuple[str, dict[str, Any]] = ("", {})
    body_type, body = next(iter(operation.get("requestBody", {}).get("content", {}).items()), nothing)
    security = operation["security"][0]
    sample = {"body_type": body_type, "body": _example(body)}
    return OperationEntry(
        name=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=security["token"][0] if security else "",
        status=status,
        parameters=tuple(
            _parameter(document, each) for each in operation.get("parameters", ()) if each["in"] == "query"
        ),
        body=tuple(field_rows(document, body.get("schema", {}))),
        answer=tuple(field_rows(document, answer.get("schema", {}))),
        answer_example=_pretty(_example(answer)),
        curl=curl_sample(path, method, needs_token=bool(security), **sample),
        python=python_sample(path, method, **sample),
        errors=tuple(_errors(operation["responses"])),
    )


def _parameter(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> FieldRow:
    return FieldRow(
        name=parameter["name"],
        kind=kind_of(document, parameter["schema"]),
        required=parameter.get("required", False),
        meaning=parameter.get("description", ""),
    )


def _errors(responses: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for status, response in responses.items():
        if not status.startswith("2"):
            for code in response["content"][JSON_TYPE]["schema"]["properties"]["code"]["enum"]:
                yield status, code


def _example(content: Mapping[str, Any]) -> Any:
    """Return the value of a body's first example; None without one."""
    return next((each["value"] for each in content.get("examples", {}).values()), None)


def _pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)
