"""`GET sessions/{id}/` has the key figures: of a running live as they are now, of an ended one for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from reports.models import LiveSummary
from tenants.models import Tenant, User
from tests.reports.conftest import AddEvent, AddReply


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


def figures(api: APIClient, session: LiveSession) -> Any:
    response = api.get(f"/api/v1/sessions/{session.id}/")
    assert response.status_code == 200, response.content
    return response.json()["figures"]


def test_a_live_that_has_not_started_has_no_figures_yet(api: APIClient, session: LiveSession) -> None:
    found = figures(api, session)
    assert (found["messages"], found["replies"], found["viewers"]) == (0, 0, None)
    assert not LiveSummary.objects.filter(session=session).exists()


def test_a_running_live_counts_what_has_happened_so_far(api: APIClient, session: LiveSession) -> None:
    start = timezone.now() - timedelta(minutes=3)
    LiveSession.objects.filter(id=session.id).update(status="active", started_at=start)

    def happen(kind: str, after_s: float, **fields: Any) -> None:
        at = start + timedelta(seconds=after_s)
        values = {"source_id": f"{kind}-{after_s}", "viewer_hash": "a", **fields}
        ChatEvent.objects.create(
            tenant=session.tenant, session=session, kind=kind, occurred_at=at, received_at=at, **values
        )

    happen("comment", 1)
    happen("comment", 2, viewer_hash="b")
    happen("gift", 3, count=3, diamonds=5)
    happen("viewers", 4, count=40)
    happen("viewers", 5, count=25)
    found = figures(api, session)
    assert (found["messages"], found["writers"]) == (2, 2)
    assert (found["gifts"], found["diamonds"]) == (3, 15)
    assert (found["viewers"], found["peak_viewers"]) == (25, 40)
    assert found["length_s"] >= 180
    assert not LiveSummary.objects.filter(session=session).exists()


def test_an_ended_live_has_its_final_figures(
    api: APIClient, ended: LiveSession, add_event: AddEvent, add_reply: AddReply
) -> None:
    add_event("comment", 1)
    add_event("viewers", 2, count=40)
    add_reply(3)
    found = figures(api, ended)
    assert (found["messages"], found["replies"], found["length_s"]) == (1, 1, 600)
    assert (found["viewers"], found["peak_viewers"]) == (None, 40)
    assert LiveSummary.objects.filter(session=ended).exists()
