from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions import api_urls
from livesessions.models import LiveSession, Show
from tenants.models import Tenant, User

NOBODY = UUID(int=1)
DECISIONS = [f"replies/{NOBODY}/approve", f"replies/{NOBODY}/reject"]
COMMANDS = ["start", "stop", "mute", "unmute", "skip", "say", "events", *DECISIONS]
ROUTES = [
    ("get", "/api/v1/shows/{show}/", {}),
    ("patch", "/api/v1/shows/{show}/", {"name": "Mine now"}),
    ("get", "/api/v1/shows/{show}/plan/", {}),
    ("put", "/api/v1/shows/{show}/plan/", {"segments": "{show}"}),
    ("get", "/api/v1/personas/{persona}/", {}),
    ("patch", "/api/v1/personas/{persona}/", {"name": "Mine now"}),
    ("delete", "/api/v1/personas/{persona}/", {}),
    ("post", "/api/v1/sessions/", {"show": "{show}", "source": "simulator"}),
    ("get", "/api/v1/sessions/{session}/", {}),
    ("get", "/api/v1/sessions/{session}/held/", {}),
    *(("post", f"/api/v1/sessions/{{session}}/{command}/", {"text": "Ciao"}) for command in COMMANDS),
]
every_route = pytest.mark.parametrize(
    ("method", "path", "body"), ROUTES, ids=[f"{method} {path}" for method, path, _ in ROUTES]
)


def test_the_routes_below_are_all_there_are() -> None:
    shapes = {
        path.format(show="<uuid:show_id>", session="<uuid:session_id>", persona="<uuid:persona_id>")
        for _, path, _ in ROUTES
    }
    shapes = {shape.replace(str(NOBODY), "<uuid:reply_id>") for shape in shapes}
    served = {f"/api/v1/{route.pattern}" for route in api_urls.urlpatterns} - {"/api/v1/"}
    assert served == shapes | {"/api/v1/shows/", "/api/v1/personas/"}


@every_route
def test_charlie_finds_nothing_of_alices(
    charlie: User,
    other_tenant: Tenant,
    session: LiveSession,
    api_for: Callable[[User], APIClient],
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    api = api_for(charlie)

    def ask(show: UUID, live: UUID, persona: UUID) -> tuple[int, bytes]:
        sent = {name: value.format(show=show) for name, value in body.items()}
        answer = getattr(api, method)(
            path.format(show=show, session=live, persona=persona), sent, format="json"
        )
        return answer.status_code, answer.content

    with scope(tenant=session.tenant):
        before = LiveSession.objects.values().get(id=session.id)
    assert ask(session.show_id, session.id, session.show.persona_id) == ask(NOBODY, NOBODY, NOBODY), (
        "it must not tell what exists"
    )
    assert ask(NOBODY, NOBODY, NOBODY)[0] == 404
    with scope(tenant=session.tenant):
        assert LiveSession.objects.values().get(id=session.id) == before
        assert not Show.objects.filter(name="Mine now").exists()


def test_charlies_lists_hold_nothing_of_alices(
    charlie: User, other_tenant: Tenant, session: LiveSession, api_for: Callable[[User], APIClient]
) -> None:
    api = api_for(charlie)
    assert str(session.show_id) not in api.get("/api/v1/shows/").content.decode()
    assert api.get("/api/v1/sessions/").json()["count"] == 0


@every_route
def test_without_a_token_there_is_no_way_in(
    session: LiveSession,
    alice: User,
    client_for: Callable[[User], Client],
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    address = path.format(show=session.show_id, session=session.id, persona=session.show.persona_id)
    for client in (Client(), client_for(alice)):  # a cookie alone is no token: no form can forge a call
        answer = getattr(client, method)(address, body, content_type="application/json")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Vivavoce"'
        assert set(answer.json()) == {"detail"}


@every_route
def test_bob_who_only_looks_on_changes_nothing(
    bob: User,
    session: LiveSession,
    api_for: Callable[[User], APIClient],
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    address = path.format(show=session.show_id, session=session.id, persona=session.show.persona_id)
    answer = getattr(api_for(bob), method)(address, body, format="json")
    assert answer.status_code == (200 if method == "get" else 403)
