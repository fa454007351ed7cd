import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Tenant, User
from tests.architecture.sources import ROOT
from tests.routes import api_routes

TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
REQUEST = re.compile(r"^\| `([A-Z]+) (/[^`]*)` \|", re.MULTILINE)
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.+?)```", TEXT, re.DOTALL)]
BODIES = [json.loads(body) for body in re.findall(r"-d '(.+?)'", TEXT)]


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


def test_the_document_lists_every_request() -> None:
    listed = {(method, path) for method, path in REQUEST.findall(TEXT)}
    served = {
        (method.upper(), "/" + re.sub(r"<.+?>", "{id}", route))
        for route, view in api_routes().items()
        for method in view.cls.http_method_names
        if method != "options"
    }
    assert listed == served


def test_the_examples_look_like_the_answers(api: APIClient, session: LiveSession, show: Show) -> None:
    answers: list[Any] = [
        api.get(f"/api/v1/shows/{show.id}/").json(),
        api.put(f"/api/v1/shows/{show.id}/plan/", EXAMPLES[1], format="json").json(),
        api.put(f"/api/v1/shows/{show.id}/overlay/", EXAMPLES[2], format="json").json(),
        api.get(f"/api/v1/personas/{show.persona_id}/").json(),
        api.get(f"/api/v1/voices/{show.voice_id}/").json(),
        api.get(f"/api/v1/sessions/{session.id}/").json(),
        api.post("/api/v1/sessions/", {}, format="json").json(),
    ]
    answers[5].pop("figures")  # described apart: only the answer about one live has them
    assert [list(example) for example in EXAMPLES] == [list(answer) for answer in answers]
    assert answers[1] == EXAMPLES[1]
    for canvas in ("tall", "wide"):
        assert EXAMPLES[2][canvas].items() <= answers[2][canvas].items()
    assert EXAMPLES[6]["detail"] == answers[6]["detail"]


def test_the_bodies_of_the_examples_are_taken(api: APIClient) -> None:
    new_show, layout, new_session, line = BODIES
    show = api.post("/api/v1/shows/", new_show, format="json")
    assert show.status_code == 201
    laid_out = api.patch(f"/api/v1/shows/{show.json()['id']}/overlay/", layout, format="json")
    assert laid_out.status_code == 200
    session = api.post("/api/v1/sessions/", new_session | {"show": show.json()["id"]}, format="json")
    assert session.status_code == 201
    said = api.post(f"/api/v1/sessions/{session.json()['id']}/say/", line, format="json")
    assert said.status_code == 409, "the line is fine; the live is not on air"
