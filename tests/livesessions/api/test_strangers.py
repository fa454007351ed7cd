from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from overlay.models import Overlay
from speech.models import Pronunciation
from speech.services.pronunciations import add_pronunciation
from tenants.models import Tenant, User
from tests.routes import api_routes

NOBODY = UUID(int=1)
ROWS = ("show", "session", "persona", "voice", "pronunciation", "reply")
DECISIONS = ["replies/{reply}/approve", "replies/{reply}/reject"]
COMMANDS = ["start", "stop", "kill", "mute", "unmute", "skip", "say", "events", *DECISIONS]
ROUTES = [
    ("get", "/api/v1/shows/{show}/", {}),
    ("patch", "/api/v1/shows/{show}/", {"name": "Mine now"}),
    ("delete", "/api/v1/shows/{show}/", {}),
    ("post", "/api/v1/shows/{show}/archive/", {}),
    ("post", "/api/v1/shows/{show}/unarchive/", {}),
    ("get", "/api/v1/shows/{show}/plan/", {}),
    ("put", "/api/v1/shows/{show}/plan/", {"segments": "{show}"}),
    ("get", "/api/v1/shows/{show}/overlay/", {}),
    ("put", "/api/v1/shows/{show}/overlay/", {"theme": "neon"}),
    ("patch", "/api/v1/shows/{show}/overlay/", {"theme": "neon"}),
    ("post", "/api/v1/shows/{show}/overlay/rotate/", {}),
    ("get", "/api/v1/shows/{show}/overlay/picture/", {}),
    ("put", "/api/v1/shows/{show}/overlay/picture/", {}),
    ("delete", "/api/v1/shows/{show}/overlay/picture/", {}),
    ("get", "/api/v1/shows/{show}/stream/", {}),
    ("put", "/api/v1/shows/{show}/stream/", {"url": "rtmp://push.example.com/live/", "key": "mine"}),
    ("delete", "/api/v1/shows/{show}/stream/", {}),
    ("post", "/api/v1/shows/{show}/stream/check/", {}),
    ("get", "/api/v1/personas/{persona}/", {}),
    ("patch", "/api/v1/personas/{persona}/", {"name": "Mine now"}),
    ("delete", "/api/v1/personas/{persona}/", {}),
    ("get", "/api/v1/voices/{voice}/", {}),
    ("patch", "/api/v1/voices/{voice}/", {"name": "Mine now"}),
    ("delete", "/api/v1/voices/{voice}/", {}),
    ("get", "/api/v1/pronunciations/{pronunciation}/", {}),
    ("patch", "/api/v1/pronunciations/{pronunciation}/", {"spoken": "Mine now"}),
    ("delete", "/api/v1/pronunciations/{pronunciation}/", {}),
    ("post", "/api/v1/sessions/", {"show": "{show}", "source": "simulator"}),
    ("get", "/api/v1/sessions/{session}/", {}),
    ("get", "/api/v1/sessions/{session}/held/", {}),
    ("get", "/api/v1/sessions/{session}/events/", {}),
    ("get", "/api/v1/sessions/{session}/replies/", {}),
    ("get", "/api/v1/sessions/{session}/replies/{reply}/", {}),
    *(("post", f"/api/v1/sessions/{{session}}/{command}/", {"text": "Ciao"}) for command in COMMANDS),
]
every_route = pytest.mark.parametrize(
    ("method", "path", "body"), ROUTES, ids=[f"{method} {path}" for method, path, _ in ROUTES]
)


@pytest.fixture
def ids(session: LiveSession) -> dict[str, UUID]:
    """The ids of Alice's rows, by the names in the paths above."""
    show, tenant = session.show, session.tenant
    with scope(tenant=tenant):
        word = add_pronunciation(tenant=tenant, written="Nike", spoken="naichi")
        reply = Reply.objects.create(
            tenant=tenant, session=session, trigger_kind="comment", text="Ciao", created_at=timezone.now()
        )
    return {
        "show": show.id,
        "session": session.id,
        "persona": show.persona_id,
        "voice": show.voice_id,
        "pronunciation": word.id,
        "reply": reply.id,
    }


def test_the_routes_below_are_all_there_are() -> None:
    shapes = {path.format(**{name: f"<uuid:{name}_id>" for name in ROWS}) for _, path, _ in ROUTES}
    served = {f"/api/v1/{route}" for route in api_routes()}
    assert served == shapes | {
        f"/api/v1/{name}" for name in ("", "billing/", "shows/", "personas/", "voices/", "pronunciations/")
    }


@every_route
def test_charlie_finds_nothing_of_alices(
    charlie: User,
    other_tenant: Tenant,
    session: LiveSession,
    ids: dict[str, UUID],
    api_for: Callable[[User], APIClient],
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    api = api_for(charlie)

    def ask(address: str, show: UUID) -> tuple[int, dict[str, Any]]:
        sent = {name: value.format(show=show) for name, value in body.items()}
        answer = getattr(api, method)(address, sent, format="json")
        return answer.status_code, {**answer.json(), "request_id": ""}

    nowhere = path.format(**dict.fromkeys(ROWS, NOBODY))

    with scope(tenant=session.tenant):
        before = LiveSession.objects.values().get(id=session.id)
        overlay_before = Overlay.objects.values().get(id=session.show.overlay_id)
    assert ask(path.format(**ids), session.show_id) == ask(nowhere, NOBODY), "it must not tell what exists"
    assert ask(nowhere, NOBODY)[0] == 404
    with scope(tenant=session.tenant):
        assert LiveSession.objects.values().get(id=session.id) == before
        assert Overlay.objects.values().get(id=session.show.overlay_id) == overlay_before
        assert not Show.objects.filter(name="Mine now").exists()
        assert Pronunciation.objects.get(id=ids["pronunciation"]).spoken == "naichi"


def test_charlies_lists_hold_nothing_of_alices(
    charlie: User, other_tenant: Tenant, session: LiveSession, api_for: Callable[[User], APIClient]
) -> None:
    api = api_for(charlie)
    assert str(session.show_id) not in api.get("/api/v1/shows/").content.decode()
    assert api.get("/api/v1/sessions/").json()["count"] == 0


@every_route
def test_without_a_token_there_is_no_way_in(
    session: LiveSession,
    ids: dict[str, UUID],
    alice: User,
    client_for: Callable[[User], Client],
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    address = path.format(**ids)
    for client in (Client(), client_for(alice)):  # a cookie alone is no token: no form can forge a call
        answer = getattr(client, method)(address, body, content_type="application/json")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Vivavoce"'
        assert set(answer.json()) == {"detail", "code", "request_id"}


@every_route
def test_bob_who_only_looks_on_changes_nothing(
    bob: User,
    session: LiveSession,
    ids: dict[str, UUID],
    api_for: Callable[[User], APIClient],
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    address = path.format(**ids)
    answer = getattr(api_for(bob), method)(address, body, format="json")
    assert answer.status_code == (200 if method == "get" else 403)
