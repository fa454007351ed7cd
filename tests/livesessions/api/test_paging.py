"""The pages of replies and events join without a gap and without a row twice, also while rows are added."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django_scopes import scopes_disabled
from rest_framework.test import APIClient

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant, User

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
numbers = count()


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


def add_replies(session: LiveSession, texts: list[str], *, at: datetime = START) -> None:
    with scopes_disabled():
        for text in texts:
            Reply.objects.create(
                tenant=session.tenant,
                session=session,
                status="spoken",
                trigger_kind="comment",
                text=text,
                created_at=at,
            )


def add_events(session: LiveSession, texts: list[str]) -> None:
    with scopes_disabled():
        for text in texts:
            at = START + timedelta(seconds=next(numbers))
            ChatEvent.objects.create(
                tenant=session.tenant,
                session=session,
                kind="comment",
                source_id=text,
                viewer_hash="a",
                viewer_name="Anna",
                text=text,
                occurred_at=at,
                received_at=at,
            )


def read(api: APIClient, address: str) -> Any:
    response = api.get(address)
    assert response.status_code == 200, response.content
    return response.json()


def test_pages_of_replies_join_when_many_were_said_at_one_time(api: APIClient, session: LiveSession) -> None:
    add_replies(session, [f"{number}" for number in range(7)])
    page = read(api, f"/api/v1/sessions/{session.id}/replies/?limit=3")
    seen = [page["results"]]
    add_replies(session, ["newer"], at=START + timedelta(seconds=1))
    while page["next"]:
        page = read(api, page["next"])
        seen.append(page["results"])
    assert [len(rows) for rows in seen] == [3, 3, 1]
    assert {reply["text"] for rows in seen for reply in rows} == {f"{number}" for number in range(7)}


def test_pages_of_events_join_and_can_be_followed(api: APIClient, session: LiveSession) -> None:
    add_events(session, [f"{number}" for number in range(5)])
    page = read(api, f"/api/v1/sessions/{session.id}/events/?limit=2")
    texts = [event["text"] for event in page["results"]]
    while page["next"]:
        page = read(api, page["next"])
        texts += [event["text"] for event in page["results"]]
    assert texts == [f"{number}" for number in range(5)]
    here = f"/api/v1/sessions/{session.id}/events/?after={page['cursor']}"
    empty = read(api, here)
    assert (empty["results"], empty["cursor"], empty["next"]) == ([], page["cursor"], None)
    add_events(session, ["new"])
    assert [event["text"] for event in read(api, here)["results"]] == ["new"]


@pytest.mark.parametrize("rows", ["replies", "events"])
@pytest.mark.parametrize("asked", ["0", "-1", "x", "1.5", "²", "9" * 30])
def test_a_wrong_limit_is_named(api: APIClient, session: LiveSession, rows: str, asked: str) -> None:
    response = api.get(f"/api/v1/sessions/{session.id}/{rows}/", {"limit": asked})
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert list(response.json()["errors"]) == ["limit"]


@pytest.mark.parametrize(
    ("rows", "field", "asked"),
    [
        ("replies", "before", "x"),
        ("replies", "before", "1-x"),
        ("replies", "before", f"{'9' * 18}-{'0' * 32}"),
        ("events", "after", "x"),
        ("events", "after", "-1"),
        ("events", "since", "yesterday"),
    ],
)
def test_a_wrong_cursor_is_named(
    api: APIClient, session: LiveSession, rows: str, field: str, asked: str
) -> None:
    response = api.get(f"/api/v1/sessions/{session.id}/{rows}/", {field: asked})
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert list(response.json()["errors"]) == [field]


def test_a_page_has_at_most_200_rows(api: APIClient, session: LiveSession) -> None:
    add_events(session, [f"{number}" for number in range(201)])
    page = read(api, f"/api/v1/sessions/{session.id}/events/?limit=1000")
    assert len(page["results"]) == 200
    assert len(read(api, page["next"])["results"]) == 1
