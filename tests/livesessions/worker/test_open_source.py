from collections.abc import Iterator
from contextlib import aclosing
from uuid import uuid4

import pytest
import redis
from pytest_django.fixtures import Settings

from chatsources.port import CONNECTED
from chatsources.tiktok import TikTokEndpoints
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.worker.assembly import open_source
from livesessions.worker.sign_budget import ALL_TENANTS
from tests.fakes.webcast import ENDED, Cut, FakeWebcast, Pause, Send, comment, control


@pytest.fixture(autouse=True)
def _own_endpoints() -> Iterator[None]:
    yield
    TikTokEndpoints().apply()


def session_of(source: str, **options: object) -> LiveSession:
    return LiveSession(
        source=source, source_options=options, show=Show(handle="giulia", language="it"), tenant_id=uuid4()
    )


def point_to(tiktok: FakeWebcast, settings: Settings) -> None:
    settings.TIKTOK_APP_URL = tiktok.endpoints.app_url
    settings.TIKTOK_WEBCAST_URL = tiktok.endpoints.webcast_url
    settings.TIKTOK_SIGN_URL = tiktok.endpoints.sign_url


async def test_a_tiktok_live_heals_and_its_sign_requests_are_counted(
    settings: Settings, redis_client: redis.Redis
) -> None:
    session = session_of("tiktok")
    async with FakeWebcast() as tiktok:
        point_to(tiktok, settings)
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Pause(0.1), Cut())
        room.play(Send(comment("eccoci"), control(ENDED)))
        source = open_source(session)
        async with aclosing(source.events()) as events:
            told = [event.text or event.kind.value async for event in events]
    assert told == ["ciao", "eccoci", "ended"]
    assert (source.counts.reconnects, source.counts.duplicate) == (1, 1)
    assert redis_client.zcard(f"rate-limit:{ALL_TENANTS}") == 2
    assert redis_client.zcard(f"rate-limit:{ALL_TENANTS}:{session.tenant_id}") == 2


async def test_a_chat_of_our_own_making_is_always_connected(redis_client: redis.Redis) -> None:
    assert open_source(session_of("simulator")).state == CONNECTED
    assert open_source(session_of("replay", recording="tiktok_capture.jsonl")).state == CONNECTED
