"""The OpenAPI document is complete: it is built without a warning, and its examples fit its schemas."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from jsonschema import Draft202012Validator

from tenants.api.schema import all_problems, read_document
from tests.architecture.sources import ROOT
from tests.config.test_recorded_routes import ANSWERS


def operations() -> Iterator[tuple[str, Any]]:
    for path, methods in read_document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies(operation: Any) -> Iterator[Any]:
    """Yield the request's and every answer's body: schema and examples."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from part.get("content", {}).values()


def test_the_document_is_built_without_a_warning() -> None:
    reset_generator_stats()
    read_document.cache_clear()
    document = read_document()
    assert document["openapi"].startswith("3.1")
    assert not GENERATOR_STATS


def test_every_operation_says_what_it_does_and_needs() -> None:
    incomplete = [
        name
        for name, operation in operations()
        if not (operation.get("summary") and operation.get("security") and operation.get("tags"))
    ]
    assert incomplete == []


def test_every_body_has_an_example_that_fits_its_schema() -> None:
    problems, components = [], read_document()["components"]
    for name, operation in operations():
        for body in bodies(operation):
            examples = [each["value"] for each in body.get("examples", {}).values()]
            if not examples and "PictureRequest" not in str(body["schema"]):
                problems.append(f"{name}: {body['schema']} has no example")
            checker = Draft202012Validator({**body["schema"], "components": components})
            problems += [
                f"{name}: {error.message}" for value in examples for error in checker.iter_errors(value)
            ]
    assert problems == []


def test_every_recorded_code_is_documented() -> None:
    known = {problem.code for problem in all_problems()}
    codes = {
        answer["code"] for answers in ANSWERS.values() for answer in answers.values() if "code" in answer
    }
    assert codes - known == set()


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/docs/", "/api/v1/"])
def test_the_documents_need_no_log_in(db: None, path: str) -> None:
    assert Client().get(path).status_code == 200


def test_the_page_shows_every_operation_with_its_samples(db: None) -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    missing = [
        operation["operationId"]
        for _, operation in operations()
        if f'id="{operation["operationId"]}-curl"' not in page
    ]
    assert missing == []
    assert "style=" not in page.split('id="main"')[1]


def test_the_guide_lists_every_error() -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [f"| {problem.status} | `{problem.code}` | {problem.meaning} |" for problem in all_problems()]
    assert [row for row in rows if row not in guide] == []
