"""The REST API answers as its OpenAPI document says, whatever is sent: requests are made from it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from django_scopes import scope
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.throttling import SimpleRateThrottle
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from livesessions.api.throttles import EventIntakeThrottle
from tenants.api.schema import read_document
from tenants.models import Tenant, User
from tenants.services import create_api_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ROWS = {
    "show_id": "shows",
    "session_id": "sessions",
    "persona_id": "personas",
    "voice_id": "voices",
    "pronunciation_id": "pronunciations",
    "reply_id": "replies",
}


@pytest.fixture
def key(alice: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of a token with every scope; nothing is throttled."""
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    monkeypatch.setattr(EventIntakeThrottle, "allow_request", lambda *_: True)
    with scope(tenant=tenant):
        return create_api_token(tenant=tenant, user=alice, name="Contract")[1]


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(read_document())
    found: list[Any] = list(schema.get_all_operations())
    return (each.ok() for each in found)


@pytest.mark.slow
def test_every_operation_answers_as_the_document_says(everything: Mapping[str, str], key: str) -> None:
    failures: list[str] = []
    for operation in operations():
        try:
            _send_generated_requests(operation, everything, key)
        except BaseExceptionGroup as group:
            failures += [f"{operation.label}: {error}" for error in group.exceptions]
        except AssertionError as error:
            failures.append(f"{operation.label}: {error}")
    assert failures == [], "\n\n".join(failures)


def _send_generated_requests(operation: Any, ids: Mapping[str, str], key: str) -> None:
    @BOUNDED
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = ids[ROWS[name]]
        asked = case.as_transport_kwargs(
            base_url="http://testserver", headers={"Authorization": f"Bearer {key}"}
        )
        request = requests.Request(**asked).prepare()
        with transaction.atomic():
            response = _answer(request)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    send()


def _answer(request: requests.PreparedRequest) -> Response:
    """Send a request to the application in this process, and so in the test's transaction."""
    headers = {
        name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
    }
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    found = Client(raise_request_exception=False).generic(
        str(request.method),
        request.path_url,
        body,
        headers.pop("Content-Type", ""),
        headers=headers,
    )
    return Response(
        status_code=found.status_code,
        headers={name: [value] for name, value in found.headers.items()},
        content=found.content,
        request=request,
        elapsed=0.0,
        verify=False,
    )
