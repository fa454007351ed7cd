"""Writes docs/examples/vivavoce_client.py from the OpenAPI document: `python -m config.api_client`.

A test compares the file with what this writes, and runs it against a server.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import django

FILE = Path(__file__).resolve().parent.parent / "docs" / "examples" / "vivavoce_client.py"
PREFIX = "/api/v1"
TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list[Any]"}
HEAD = '''\
"""A client of Vivavoce's REST API: one method for each operation. Needs httpx.

    with Vivavoce("https://vivavoce.example", "vv_your_token") as api:
        show = api.create_show(name="Saturday night")
        live = api.create_session(show=show["id"], source="simulator")
        api.start(live["id"])

Generated from the OpenAPI document (/api/v1/openapi.json): change nothing here.
"""

from types import TracebackType
from typing import Any, Self

import httpx


class ApiError(Exception):
    """Raised for every answer that is an error. `code` is for programs, the message for people."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(answer.get("detail", f"HTTP {status}"))
        self.status = status
        self.code = str(answer.get("code", ""))
        self.errors: dict[str, list[str]] = answer.get("errors", {})


class Vivavoce:
    """The API of one workspace. Use it as a context manager, or call `close`."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 10.0) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url.rstrip("/") + "/api/v1", headers=headers, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        files: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        answer = self._http.request(method, path, params=given, json=body, files=files)
        found: dict[str, Any] = answer.json() if answer.content else {}
        if answer.is_error:
            raise ApiError(answer.status_code, found)
        return found
'''


def main() -> int:
    """Write the client."""
    django.setup()
    from tenants.api.schema import read_document

    FILE.write_text(client_text(read_document()), encoding="utf-8")
    return 0


def client_text(document: Mapping[str, Any]) -> str:
    """Return the source of the client."""
    methods = [
        "\n".join(_method(document, path.removeprefix(PREFIX), verb.upper(), operation))
        for path, operations in document["paths"].items()
        for verb, operation in operations.items()
    ]
    return "\n".join([HEAD, *(f"{method}\n" for method in methods)])


def _method(document: Mapping[str, Any], path: str, verb: str, operation: Mapping[str, Any]) -> Iterator[str]:
    required, optional = _body_fields(document, operation)
    queries = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    sends_file = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    yield f"    def {operation['operationId']}("
    yield "        self,"
    yield from (f"        {name}: str," for name in re.findall(r"\{(\w+)\}", path))
    if required or queries:
        yield "        *,"
    yield from (f"        {name}: {'bytes' if sends_file else kind}," for name, kind in required)
    yield from (f"        {name}: Any = None," for name in queries)
    if optional:
        yield "        **fields: Any,"
    yield "    ) -> dict[str, Any]:"
    yield f'        """{operation["summary"]}."""'
    yield "        return self._ask("
    yield f'            "{verb}",'
    yield f'            {"f" if "{" in path else ""}"{path}",'
    yield from _sent(required, queries, has_more=optional, sends_file=sends_file)
    yield "        )"


def _sent(
    required: list[tuple[str, str]], queries: list[str], *, has_more: bool, sends_file: bool
) -> Iterator[str]:
    """Yield the arguments that carry the query, the body or the file."""
    if queries:
        yield f"            query={{{_pairs(queries)}}},"
    pairs = _pairs(name for name, _kind in required)
    if has_more:
        pairs = f"{pairs}, **fields" if pairs else "**fields"
    if pairs:
        yield f"            {'files' if sends_file else 'body'}={{{pairs}}},"


def _pairs(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}": {name}' for name in names)


def _body_fields(
    document: Mapping[str, Any], operation: Mapping[str, Any]
) -> tuple[list[tuple[str, str]], bool]:
    """Return the required fields of the body with their types, and whether it has optional ones."""
    contents: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    content: dict[str, Any] = next(iter(contents.values()), {})
    reference = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(reference, {})
    needed = schema.get("required", [])
    fields = schema.get("properties", {})
    typed = [(name, TYPES.get(str(fields[name].get("type")), "Any")) for name in fields if name in needed]
    return typed, len(fields) > len(needed)


if __name__ == "__main__":
    sys.exit(main())
