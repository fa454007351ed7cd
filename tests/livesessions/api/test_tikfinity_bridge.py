"""The example of docs/examples as a process of its own: from TikFinity's socket to the log of a live."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import httpx
import pytest
from django_scopes import scope, scopes_disabled
from pytest_django.live_server_helper import LiveServer
from redis import Redis

from livesessions.api import throttles
from livesessions.api.event_serializers import EventSerializer
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from providers.rate_limit import Bucket
from tenants.models import User
from tenants.services import create_api_token
from tenants.threads import in_thread
from tests.architecture.sources import ROOT
from tests.fakes.tikfinity import FakeTikfinity, frame
from tests.livesessions.conftest import eventually, running_worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

EXAMPLE = ROOT / "docs" / "examples" / "tikfinity_bridge.py"
ROSE = {"giftId": 5655, "giftName": "Rose", "diamondCount": 1, "giftType": 1, "groupId": "1661887131074"}


@pytest.fixture
def session(show: Show, redis_client: Redis) -> LiveSession:
    with scopes_disabled():
        session = create_session(show=show, source=LiveSession.Source.BRIDGE)
        return start_session(session=session)


@pytest.fixture
def token(show: Show, alice: User) -> str:
    with scope(tenant=show.tenant):
        return create_api_token(tenant=show.tenant, user=alice, name="My PC")[1]


@pytest.fixture(scope="module")
def translate() -> Callable[[str], dict[str, Any] | None]:
    spec = spec_from_file_location("tikfinity_bridge", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.translate  # type: ignore[no-any-return]


DETAILS = {"giftName": "Rose", "giftType": 1, "diamondCount": 1}
NESTED = {"giftId": 5655, "giftDetails": DETAILS}


@pytest.mark.parametrize(
    ("told", "gift", "rest"),
    [
        (
            {**ROSE, "repeatCount": 2, "repeatEnd": 0},
            {"id": "5655", "name": "Rose", "diamonds": 1, "streak_id": "1661887131074"},
            {"count": 2, "streak_open": True},
        ),
        (
            {**NESTED, "repeatCount": 3, "repeatEnd": 0},
            {"id": "5655", "name": "Rose", "diamonds": 1},
            {"count": 3, "streak_open": True},
        ),
        (
            {**NESTED, "giftName": None, "groupId": "0", "repeatEnd": 1},
            {"id": "5655", "name": "Rose", "diamonds": 1},
            {"count": 1, "streak_open": False},
        ),
        (
            {"giftDetails": {**DETAILS, "giftType": 4}, "giftId": 5},
            {"id": "5", "name": "Rose", "diamonds": 1},
            {"count": 1},
        ),
        ({"gift": {"id": 7, "name": "Lion"}}, {"id": "7", "name": "Lion", "diamonds": 0}, {"count": 1}),
        (
            {"giftName": "Meteor Shower"},
            {"id": "Meteor-Shower", "name": "Meteor Shower", "diamonds": 0},
            {"count": 1},
        ),
        (
            {"diamondCount": "x", "repeatCount": None},
            {"id": "unknown", "name": "", "diamonds": 0},
            {"count": 1},
        ),
        (
            {"giftId": 5, "groupId": 9, "repeatEnd": False},
            {"id": "5", "name": "", "diamonds": 0, "streak_id": "9"},
            {"count": 1, "streak_open": True},
        ),
    ],
)
def test_no_gift_is_lost_whatever_it_lacks(
    translate: Callable[[str], dict[str, Any] | None],
    told: dict[str, Any],
    gift: dict[str, Any],
    rest: dict[str, Any],
) -> None:
    event = translate(frame("gift", "1", **told))
    assert event is not None
    assert event["viewer"]["name"] == "Anna 🌸"
    left = {
        name: value for name, value in event.items() if name not in ("id", "kind", "viewer", "tiktok_msg_id")
    }
    assert left == {"gift": gift, **rest}
    assert EventSerializer(data=event).is_valid(raise_exception=True)
    nobodys = json.loads(frame("gift", "1", **told))
    nobodys["data"] = {name: value for name, value in nobodys["data"].items() if name in told}
    anonymous = translate(json.dumps(nobodys))
    assert EventSerializer(data=anonymous).is_valid(raise_exception=True)


@pytest.mark.parametrize(
    ("event", "kind"), [("superFan", "subscribe"), ("superFanJoined", "join"), ("superFanBox", None)]
)
def test_super_fans_are_passed_on(
    translate: Callable[[str], dict[str, Any] | None], event: str, kind: str | None
) -> None:
    translated = translate(frame(event, "1"))
    assert (translated["kind"] if translated else None) == kind


def test_likes_bring_the_rooms_total(translate: Callable[[str], dict[str, Any] | None]) -> None:
    for told, counts in (
        ({"likeCount": 6, "totalLikeCount": 21_349}, (6, 21_349)),
        ({}, (0, 0)),
        ({"likeCount": None, "totalLikeCount": "9"}, (0, 9)),
    ):
        event = translate(frame("like", "1", **told))
        assert event is not None
        assert (event["count"], event["total"]) == counts
        assert EventSerializer(data=event).is_valid(raise_exception=True)


@asynccontextmanager
async def running_example(tikfinity: FakeTikfinity, address: str, token: str) -> AsyncIterator[None]:
    """Run the example as its user would, and stop it as Ctrl-C does."""
    environment = {**os.environ, "TIKFINITY": tikfinity.url, "VIVAVOCE_TOKEN": token, "NO_PROXY": "*"}
    process = await asyncio.create_subprocess_exec(sys.executable, EXAMPLE, address, env=environment)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def status_of(session: LiveSession) -> Callable[[], LiveSession]:
    return lambda: LiveSession.objects.get(id=session.id)


def log_of(session: LiveSession) -> Callable[[], list[ChatEvent]]:
    return lambda: list(ChatEvent.objects.filter(session=session).order_by("id"))


def holds(count: int) -> Callable[[list[ChatEvent]], bool]:
    return lambda events: len(events) >= count


async def on_air(session: LiveSession) -> None:
    await eventually(status_of(session), lambda row: row.status == LiveSession.Status.ACTIVE)


async def test_what_tikfinity_tells_is_in_the_log_of_the_live(
    session: LiveSession, token: str, live_server: LiveServer
) -> None:
    address = f"{live_server.url}/api/v1/sessions/{session.id}/events/"
    async with FakeTikfinity() as tikfinity, running_worker(), running_example(tikfinity, address, token):
        await on_air(session)
        await tikfinity.tell(
            frame("chat", "7137750790064065286", comment="Ciao a tutti 🎉"),
            frame("gift", "7137749190944230150", **ROSE, repeatCount=1, repeatEnd=False),
            frame("gift", "7137749190944230151", **ROSE, repeatCount=4, repeatEnd=True),
            frame("social", "7137750883651619631", displayType="pm_main_follow_message_viewer_2"),
            frame("follow", "7137750883651619631", displayType="pm_main_follow_message_viewer_2"),
            "not even JSON",
            '{"event": "gift", "data": {}}',
            '{"event": "chat", "data": null}',
            frame("like", "7137750883651619630", likeCount=6, totalLikeCount=21349),
            frame("questionNew", "7137750883651619632", questionText="Come ti chiami?"),
            frame("roomUser", "7137750883651619633", viewerCount=630, topViewers=[]),
            frame("chat", "7137750790064065286", comment="Ciao a tutti 🎉"),
        )
        events = await eventually(log_of(session), holds(7))
    assert [(event.kind, event.text, event.count) for event in events] == [
        ("comment", "Ciao a tutti 🎉", 1),
        ("gift", "", 1),
        ("gift", "", 4),
        ("follow", "", 1),
        ("like", "", 6),
        ("question", "Come ti chiami?", 1),
        ("viewers", "", 630),
    ]
    assert events[0].source_id == "7137750790064065286"
    assert {event.viewer_name for event in events} == {"Anna 🌸", ""}
    assert (events[1].gift_name, events[1].streak_id, events[1].streak_open) == (
        "Rose",
        ROSE["groupId"],
        True,
    )


async def test_the_bridge_ends_the_live(session: LiveSession, token: str, live_server: LiveServer) -> None:
    address = f"{live_server.url}/api/v1/sessions/{session.id}/events/"
    async with running_worker(), httpx.AsyncClient(trust_env=False) as http:
        await on_air(session)
        answer = await http.post(
            address,
            json={"events": [{"id": "over", "kind": "ended"}]},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.json()["accepted"] == 1
        row = await eventually(status_of(session), lambda row: not row.is_open)
    assert row.end_reason == LiveSession.EndReason.LIVE_ENDED


async def test_the_example_outlasts_tikfinity_and_a_server_that_is_busy(
    session: LiveSession, token: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttles, "POSTS", Bucket(rate_per_s=1, burst=1))
    address = f"{live_server.url}/api/v1/sessions/{session.id}/events/"
    async with FakeTikfinity() as tikfinity, running_worker(), running_example(tikfinity, address, token):
        await on_air(session)
        await tikfinity.tell(frame("chat", "1", comment="Uno"))
        await eventually(log_of(session), holds(1))
        await tikfinity.tell(frame("chat", "2", comment="Due"))
        await tikfinity.close()
        await tikfinity.open()
        await tikfinity.tell(frame("chat", "3", comment="Tre"))
        events = await eventually(log_of(session), holds(3))
    assert [event.text for event in events] == ["Uno", "Due", "Tre"]


async def test_what_a_bridge_adds_is_answered_beside_the_lives_own_chat(
    show: Show, token: str, live_server: LiveServer, redis_client: Redis
) -> None:
    def start() -> LiveSession:
        row = create_session(
            show=show, source=LiveSession.Source.SIMULATOR, source_options={"rate_per_minute": 600, "seed": 1}
        )
        return start_session(session=row)

    session = await in_thread(start)
    address = f"{live_server.url}/api/v1/sessions/{session.id}/events/"
    async with FakeTikfinity() as tikfinity, running_worker(), running_example(tikfinity, address, token):
        await on_air(session)
        await tikfinity.tell(frame("chat", "7137750790064065286", comment="Ciao da TikFinity"))

        def both(events: list[ChatEvent]) -> bool:
            sources = {event.source_id.partition("-")[0] for event in events}
            return sources == {"sim", "7137750790064065286"}

        await eventually(log_of(session), both)
