"""`!mute` and `!stop`, from TikTok's chat to the row, the console and the overlay; for the right people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.test import Client
from django_scopes import scopes_disabled

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.worker.worker import in_thread
from moderation.models import ViewerRule
from moderation.services import set_viewer_rule
from moderation.viewer_hashes import viewer_hash_of
from tenants.models import User
from tests.fakes.webcast import FakeWebcast, Send, Step, WaitFor, comment, user
from tests.livesessions.conftest import eventually, running_worker
from tests.livesessions.console.test_socket import open_socket as open_console
from tests.livesessions.worker.test_worker import HANDLE, go_on_air, status_of, use
from tests.overlay.conftest import Socket, open_socket

pytestmark = pytest.mark.django_db(transaction=True)

MOST_FRAMES = 300  # a minute of them at least
MODERATOR = user("Giulia", number=42)
SAME_NAME = user("Giulia", number=43)
STREAMER = user("La Sera", number=1)  # the room's owner, as the local TikTok says
STREAMERS_NAME = user("La Sera", number=44)


@pytest.fixture
async def tiktok(show: Show, settings: Any) -> AsyncIterator[FakeWebcast]:
    def name_moderator() -> None:
        viewer_hash = viewer_hash_of(show.tenant_id, str(MODERATOR.id))
        moderator = ViewerRule.Role.MODERATOR
        set_viewer_rule(tenant=show.tenant, viewer_hash=viewer_hash, role=moderator)

    with scopes_disabled():
        await in_thread(name_moderator)
        async with FakeWebcast() as tiktok:
            use(tiktok, settings)
            yield tiktok
    await get_channel_layer().flush()


def row_of(session: LiveSession) -> Callable[[], tuple[bool, str]]:
    rows = LiveSession.objects.filter(id=session.id)
    return lambda: rows.values_list("muted", "status").get()


async def overlay_hears(page: Socket, kind: str, value: bool) -> None:
    while True:
        frame = await page.receive()
        if isinstance(frame, dict) and frame["type"] == kind and value in frame.values():
            return


async def console_shows(console: Any, words: str) -> None:
    for _ in range(MOST_FRAMES):
        if words in await console.receive_from():
            return
    pytest.fail(f"{MOST_FRAMES} frames of the console without {words!r}")


async def test_a_moderator_mutes_and_stops_from_the_chat_and_a_namesake_does_not(
    show: Show, alice: User, client_for: Callable[[User], Client], tiktok: FakeWebcast
) -> None:
    muted = asyncio.Event()
    script: list[Step] = [Send(comment(text, by=SAME_NAME)) for text in ("!stop", "!mute")]
    script += [Send(comment("!mute", by=MODERATOR)), WaitFor(muted), Send(comment("!stop", by=MODERATOR))]
    tiktok.open_room(HANDLE).play(*script)
    client = await in_thread(client_for, alice)
    async with open_socket(show.overlay.token) as page, running_worker() as worker:
        session = await go_on_air(show)
        async with open_console(client, session.id) as console:
            worker.submit(str(session.id))
            await console_shows(console, "<span>Mute</span>")
            await console_shows(console, "<span>Unmute</span>")
            assert await in_thread(row_of(session)) == (True, "active")
            await overlay_hears(page, "mute", True)
            muted.set()
            await eventually(status_of(session), lambda status: status == "ended")
            await overlay_hears(page, "live", False)
            await console_shows(console, "You ended it.")


async def test_the_streamer_is_known_by_user_id_and_not_by_name(show: Show, tiktok: FakeWebcast) -> None:
    script = [Send(comment("!stop", by=STREAMERS_NAME)), Send(comment("!mute", by=STREAMER))]
    tiktok.open_room(HANDLE).play(*script)
    async with running_worker() as worker:
        session = await go_on_air(show)
        worker.submit(str(session.id))
        # Commands are carried out in their order, so the first one would have been by then.
        await eventually(row_of(session), lambda row: row[0])
        assert await in_thread(row_of(session)) == (True, "active")


async def test_a_viewer_in_nobodys_name_controls_nothing(show: Show, tiktok: FakeWebcast) -> None:
    viewer = user("Passante", number=45)
    script = [Send(comment(text, by=viewer)) for text in ("!stop", "!mute", "!silenzio", "!ferma")]
    tiktok.open_room(HANDLE).play(*script, Send(comment("!mute", by=STREAMER)))
    async with running_worker() as worker:
        session = await go_on_air(show)
        worker.submit(str(session.id))
        await eventually(row_of(session), lambda row: row[0])
        assert await in_thread(row_of(session)) == (True, "active")
