"""The consoles of a show that has not ended hear which pages are open on its overlay."""

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.template.loader import render_to_string
from django_scopes import scope

from livesessions.console import publisher
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.receivers import send_open_pages_to_consoles
from overlay.presence import OpenPage

Told = list[tuple[Any, list[Any]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    published: Told = []

    async def publish(session_id: Any, messages: list[Any]) -> None:
        published.append((session_id, messages))

    monkeypatch.setattr(publisher, "publish", publish)
    return published


@pytest.mark.django_db(transaction=True)
def test_only_the_lives_of_the_overlays_own_show_hear_of_its_pages(show: Show, told: Told) -> None:
    with scope(tenant=show.tenant):
        ended = LiveSession.objects.create(tenant=show.tenant, show=show, source="simulator", status="ended")
        ready = LiveSession.objects.create(tenant=show.tenant, show=show, source="simulator")
    async_to_sync(send_open_pages_to_consoles)(overlay_id=show.overlay_id, pages=[])
    assert [session_id for session_id, _ in told] == [ready.id]
    assert ended.id not in dict(told)
    assert told[0][1] == [{"kind": "overlays", "pages": []}]
    told.clear()
    async_to_sync(send_open_pages_to_consoles)(overlay_id=ready.id, pages=[])
    assert told == []


PAGE: OpenPage = {
    "id": "page",
    "page": 2,
    "software": "obs",
    "version": "30.1.2",
    "width": 1080,
    "height": 1920,
    "pixel_ratio": 1.0,
    "audio": "worklet",
    "visible": True,
    "active": True,
    "sound": "ok",
    "since_ms": 0,
    "until_ms": 1,
}


def words_about(**page: Any) -> str:
    shown = render_to_string("overlay/_open_pages.html", {"overlays": [{**PAGE, **page}]})
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", shown, flags=re.DOTALL).split())


def test_the_console_says_what_page_is_open_and_its_size() -> None:
    assert words_about() == "OBS connected 1080 × 1920"
    assert words_about(software="tiktok", version="") == "TikTok LIVE Studio connected 1080 × 1920"


@pytest.mark.parametrize(
    ("page", "remedy"),
    [
        ({"sound": "blocked"}, "choose Interact and click on the page"),
        ({"sound": "blocked", "software": "browser"}, "click on the page"),
        ({"sound": "stalled"}, "Refresh the source in OBS"),
        ({"sound": "silent"}, "unmute the source in the mixer"),
        ({"active": False}, "not in the scene that is shown"),
    ],
)
def test_a_page_that_is_not_heard_is_told_with_its_remedy(page: dict[str, Any], remedy: str) -> None:
    assert remedy in words_about(**page)
