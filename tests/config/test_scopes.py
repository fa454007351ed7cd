"""Every operation of the REST API names the scope that it needs, and a token without it is refused."""

from collections.abc import Iterator, Mapping

import pytest
from django.test import Client
from django_scopes import scope
from rest_framework.throttling import SimpleRateThrottle

from tenants.api.operations import Operation
from tenants.models import Scope, Tenant, User
from tenants.services import create_api_token
from tests.config.served import address, served_views
from tests.config.test_recorded_routes import OF_A_KIND

API = "/api/v1/"
PUBLIC = {"read_root"}


def operations() -> Iterator[tuple[str, Operation]]:
    for path, view in served_views():
        for operation in getattr(getattr(view, "cls", None), "operations", {}).values():
            yield path, operation


def test_every_method_of_every_route_has_an_operation_with_a_scope() -> None:
    without = [
        f"{method.upper()} {path}"
        for path, view in served_views()
        if path.startswith(API) and path != API and hasattr(view, "cls")
        for method in view.cls.http_method_names
        if method != "options" and method.upper() not in getattr(view.cls, "operations", {})
    ]
    assert without == [], "declare these with api_route of tenants/api/operations.py"
    assert {each.name for _, each in operations() if each.scope is None} == PUBLIC


def test_names_of_operations_are_unique() -> None:
    names = [operation.name for _, operation in operations()]
    assert len(names) == len(set(names))


@pytest.fixture
def keys(alice: User, tenant: Tenant) -> Mapping[str, str]:
    """A key for each scope alone, and one for all but that scope, as `-read`."""
    found = {}
    with scope(tenant=tenant):
        for each in Scope.values:
            rest = [other for other in Scope.values if other != each]
            found[each] = create_api_token(tenant=tenant, user=alice, name=each, scopes=[each])[1]
            found[f"-{each}"] = create_api_token(tenant=tenant, user=alice, name=each, scopes=rest)[1]
    return found


def test_a_token_may_do_what_its_scopes_say_and_no_more(
    keys: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    problems = []

    def ask(key: str, path: str, method: str) -> tuple[int, str]:
        answer = Client().generic(
            method, address(path, OF_A_KIND), headers={"Authorization": f"Bearer {key}"}
        )
        return answer.status_code, answer.json().get("code", "") if answer.content else ""

    for path, operation in operations():
        if operation.scope is None:
            continue
        if ask(keys[f"-{operation.scope}"], path, operation.method) != (403, "scope_missing"):
            problems.append(f"{operation.name} is allowed without {operation.scope}")
        if ask(keys[operation.scope], path, operation.method)[0] == 403:
            problems.append(f"{operation.name} is refused with {operation.scope}")
    assert problems == []


def test_a_refusal_names_the_scope(keys: Mapping[str, str]) -> None:
    answer = Client().post(f"{API}shows/", headers={"Authorization": f"Bearer {keys['read']}"})
    body = answer.json()
    assert body.pop("request_id") == answer["X-Request-ID"]
    assert body == {
        "detail": "This token lacks the scope “write”. Create a token that has it.",
        "code": "scope_missing",
    }
