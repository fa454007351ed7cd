"""Asking TikTok whether an account is live, against a local TikTok."""

import pytest

from chatsources.errors import SourceError, SourceFault
from chatsources.room_lookup import find_live_room
from chatsources.tiktok import TikTokEndpoints
from tests.fakes.webcast import FakeWebcast, RoomFault


async def test_a_live_account_has_a_room_and_nobody_connects_to_it() -> None:
    async with FakeWebcast() as tiktok:
        room = tiktok.open_room("giulia")
        assert await find_live_room("giulia", endpoints=tiktok.endpoints) > 0
        assert room.open_sockets == 0
        assert tiktok.sign_api_keys == []
    TikTokEndpoints().apply()


@pytest.mark.parametrize(
    ("handle", "room_fault", "fault"),
    [
        ("giulia", RoomFault.OFFLINE, SourceFault.USER_OFFLINE),
        ("giulia", RoomFault.ENDED_ROOM, SourceFault.USER_OFFLINE),
        ("giulia", RoomFault.CAPTCHA, SourceFault.BLOCKED),
        ("nobody", None, SourceFault.HANDLE_NOT_FOUND),
    ],
)
async def test_another_answer_says_why_not(
    handle: str, room_fault: RoomFault | None, fault: SourceFault
) -> None:
    async with FakeWebcast() as tiktok:
        tiktok.open_room("giulia", fault=room_fault)
        with pytest.raises(SourceError) as caught:
            await find_live_room(handle, endpoints=tiktok.endpoints)
    TikTokEndpoints().apply()
    assert caught.value.fault is fault
