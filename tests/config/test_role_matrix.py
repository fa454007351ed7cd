"""Every page and every route of the REST API lets in the roles that `role_matrix.py` names, and no other."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django_scopes import scopes_disabled
from rest_framework.test import APIClient

from livesessions.models.shows import Show
from tenants.models import Membership, Tenant, User
from tests.config.role_matrix import LOGGED_IN, PUBLIC, ROUTES, STAFF, Access, Role
from tests.config.served import API, address, served_views
from tests.config.test_recorded_routes import OF_A_KIND

pytestmark = pytest.mark.slow

RISING = [Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER]
NOBODYS = "00000000-0000-0000-0000-000000000001"
LOGS_IN = "/accounts/login/?next="
WRITES = ("post", "put", "patch", "delete")

VIEWS = {path: view for path, view in served_views() if path != API and not path.startswith(STAFF)}
ANSWERS_ANYTHING = {path for path in ROUTES if "(" in path}  # regular expressions, of allauth's links
FAILED_LOG_IN = "/accounts/services/login/error/"  # says so with 401, to everybody


def suggested(path: str) -> str:
    """Return the line that the route's own guard suggests."""
    role = getattr(VIEWS[path], "required_role", None)
    name = role.upper() if role else "READ_WRITE" if path.startswith(API) else "PUBLIC"
    return f'    "{path}": {name},'


def test_every_route_has_a_line_in_the_matrix() -> None:
    missing = "\n".join(suggested(path) for path in sorted(VIEWS.keys() - ROUTES.keys()))
    assert not missing, (
        "These routes have no line in tests/config/role_matrix.py. Add one for each, with the lowest role"
        f" that may use it (its head lists the values), for example:\n{missing}"
    )
    assert ROUTES.keys() - VIEWS.keys() == set(), "these routes are gone: delete their lines"


@pytest.fixture
def browsers(
    alice: User,
    tenant: Tenant,
    make_user: Callable[[str], User],
    client_for: Callable[[User], Client],
) -> dict[Role, Client]:
    """A browser for each role in Alice's workspace."""
    found = {Role.OWNER: client_for(alice)}
    for role in RISING[:-1]:
        found[role] = client_for(member(make_user(role.label.title()), tenant, role))
    return found


@pytest.fixture
def programs(
    alice: User,
    tenant: Tenant,
    make_user: Callable[[str], User],
    api_for: Callable[[User], APIClient],
) -> dict[Role, APIClient]:
    """A REST client for each role in Alice's workspace."""
    found = {Role.OWNER: api_for(alice)}
    for role in RISING[:-1]:
        found[role] = api_for(member(make_user(role.label.title()), tenant, role))
    return found


def member(user: User, tenant: Tenant, role: Role) -> User:
    Membership.objects.create(user=user, tenant=tenant, role=role)
    return user


def test_every_page_lets_in_its_roles_only(
    everything: dict[str, str], browsers: dict[Role, Client], charlie: User, client_for: Callable[..., Client]
) -> None:
    values, stranger, visitor = {**OF_A_KIND, **everything}, client_for(charlie), Client()
    problems: list[str] = []
    for path, access in pages_with_roles():
        where, nowhere = address(path, values), address(path, unknown(values))
        if LOGS_IN not in visitor.get(where).headers.get("Location", "") and offers(visitor, "get", where):
            problems.append(f"GET {path} as a visitor does not lead to the log-in")
        problems += cells(path, access, browsers, where, nowhere, ("post",))
        problems += [
            f"{method.upper()} {path} as a member of another workspace: {status}"
            for method in ("get", "post")
            if (status := answer(stranger, method, where)) not in (302, 403, 404, 405)
        ]
    assert not problems, "\n".join(problems)


def test_every_route_of_the_api_lets_in_its_roles_only(
    everything: dict[str, str], programs: dict[Role, APIClient]
) -> None:
    values, visitor = {**OF_A_KIND, **everything}, APIClient()
    problems: list[str] = []
    for path, access in ROUTES.items():
        if not path.startswith(API):
            continue
        where, nowhere = address(path, values), address(path, unknown(values))
        if access.needs_log_in and visitor.get(where).status_code != 401:
            problems.append(f"GET {path} without a token is not refused")
        problems += cells(path, access, programs, where, nowhere, WRITES)
    assert not problems, "\n".join(problems)


def test_no_page_shows_a_viewer_the_secret_address_of_an_overlay(
    everything: dict[str, str], browsers: dict[Role, Client]
) -> None:
    pages = {path for path in ROUTES if not path.startswith(API)} - {"/overlay/<str>/"}
    assert paths_with_an_address(pages, browsers[Role.VIEWER], everything) == set()
    shown = paths_with_an_address(pages, browsers[Role.EDITOR], everything)
    assert {"/shows/<uuid>/setup/", "/lives/<uuid>/"} <= shown


def test_no_route_of_the_api_shows_a_viewer_the_secret_address_of_an_overlay(
    everything: dict[str, str], programs: dict[Role, APIClient]
) -> None:
    routes = {path for path in ROUTES if path.startswith(API)}
    assert paths_with_an_address(routes, programs[Role.VIEWER], everything) == set()
    shown = paths_with_an_address(routes, programs[Role.EDITOR], everything)
    assert {"/api/v1/shows/", "/api/v1/shows/<uuid>/", "/api/v1/sessions/<uuid>/"} <= shown


def paths_with_an_address(paths: Collection[str], client: Any, everything: dict[str, str]) -> set[str]:
    """Return the paths whose answer holds the token of the overlay of the show that `everything` names."""
    with scopes_disabled():
        token = Show.objects.select_related("overlay").get(id=everything["shows"]).overlay.token
    values = {**OF_A_KIND, **everything}
    answers = {path: client.get(address(path, values)) for path in paths}
    return {
        path
        for path, each in answers.items()
        if not each.streaming and token in each.content.decode(errors="replace")
    }


def test_every_page_for_all_users_needs_a_log_in_and_no_workspace(
    everything: dict[str, str], charlie: User, client_for: Callable[..., Client]
) -> None:
    values, of_no_workspace, visitor = {**OF_A_KIND, **everything}, client_for(charlie), Client()
    for path, access in ROUTES.items():
        if path.startswith(API) or path in ANSWERS_ANYTHING or path == FAILED_LOG_IN:
            continue
        where = address(path, values)
        if access == LOGGED_IN:
            answers = [getattr(visitor, method)(where).headers for method in ("get", "post")]
            assert any(LOGS_IN in headers.get("Location", "") for headers in answers), path
            assert answer(of_no_workspace, "get", where) != 403, path
        elif access == PUBLIC:
            assert answer(visitor, "get", where) not in (401, 403), path
            assert LOGS_IN not in visitor.get(where).headers.get("Location", ""), path


def pages_with_roles() -> Iterator[tuple[str, Access]]:
    return ((path, each) for path, each in ROUTES.items() if each.read and not path.startswith(API))


def unknown(values: Mapping[str, str]) -> dict[str, str]:
    """Return ids that no row has, so that an allowed request changes nothing."""
    return {word: NOBODYS if len(value) == len(NOBODYS) else value for word, value in values.items()}


def cells(
    path: str,
    access: Access,
    clients: Mapping[Role, Any],
    where: str,
    nowhere: str,
    writes: tuple[str, ...],
) -> list[str]:
    """Return the cells of one route that differ from its line.

    Every role below the needed one is asked and refused; the needed role is let in. Those above it are let in
    by `Membership.may_act_as`.
    """
    found, offered = [], 0
    for method in ("get", *writes):
        needed = access.read if method == "get" else access.write
        if not offers(clients[Role.OWNER], method, nowhere):
            continue
        offered += 1
        if needed is None:
            continue
        found += [
            f"{method.upper()} {path} as {role}: {status} instead of 403"
            for role in RISING[: RISING.index(needed)]
            if (status := answer(clients[role], method, where)) != 403
        ]
        if answer(clients[needed], method, where if method == "get" else nowhere) in (401, 403):
            found.append(f"{method.upper()} {path} as {needed}: refused")
    return found if offered else [f"{path} offers no method"]


def offers(client: Any, method: str, where: str) -> bool:
    return answer(client, method, where) != 405


def answer(client: Any, method: str, where: str) -> int:
    """Send an empty request and take back what it changed; return the status."""
    with transaction.atomic():
        status: int = getattr(client, method)(where).status_code
        transaction.set_rollback(True)
    return status
