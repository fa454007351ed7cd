"""Whether a handle exists is asked of TikTok, in bounded time and without an error."""

import socket

import pytest

from chatsources.handle_check import HandleState, check_handle
from tests.fakes.webcast import FakeWebcast, RoomFault

pytestmark = pytest.mark.asyncio


async def test_tiktok_says_whether_a_handle_exists() -> None:
    async with FakeWebcast() as tiktok:
        tiktok.open_room("la.sera")
        tiktok.open_room("asleep", fault=RoomFault.OFFLINE)
        tiktok.open_room("guarded", fault=RoomFault.CAPTCHA)

        async def ask(handle: str) -> HandleState:
            return await check_handle(handle, app_url=tiktok.endpoints.app_url)

        assert await ask("la.sera") is HandleState.LIVE
        assert await ask("asleep") is HandleState.OFFLINE
        assert await ask("nobody") is HandleState.NOT_FOUND
        assert await ask("guarded") is HandleState.UNKNOWN


async def test_a_tiktok_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        state = await check_handle("la.sera", app_url=f"http://127.0.0.1:{port}", timeout_s=0.05)
    assert state is HandleState.UNKNOWN


async def test_an_address_where_nobody_listens_is_no_error() -> None:
    assert await check_handle("la.sera", app_url="http://127.0.0.1:1") is HandleState.UNKNOWN
