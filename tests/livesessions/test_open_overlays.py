"""The consoles of a show that has not ended hear which pages are open on its overlay."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django_scopes import scope

from livesessions import console
from livesessions.consumers import latest_overlays
from livesessions.desk import overlays_seen
from livesessions.models import LiveSession, Show
from livesessions.receivers import tell_consoles_which_pages_are_open

Told = list[tuple[Any, list[Any]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    published: Told = []

    async def publish(session_id: Any, messages: list[Any]) -> None:
        published.append((session_id, messages))

    monkeypatch.setattr(console, "publish", publish)
    return published


@pytest.mark.django_db(transaction=True)
def test_only_the_lives_of_the_overlays_own_show_hear_of_its_pages(show: Show, told: Told) -> None:
    with scope(tenant=show.tenant):
        ended = LiveSession.objects.create(tenant=show.tenant, show=show, source="simulator", status="ended")
        ready = LiveSession.objects.create(tenant=show.tenant, show=show, source="simulator")
    async_to_sync(tell_consoles_which_pages_are_open)(overlay_id=show.overlay_id, pages=[])
    assert [session_id for session_id, _ in told] == [ready.id]
    assert ended.id not in dict(told)
    assert latest_overlays(told[0][1]) == overlays_seen([])
    told.clear()
    async_to_sync(tell_consoles_which_pages_are_open)(overlay_id=ready.id, pages=[])
    assert told == []
