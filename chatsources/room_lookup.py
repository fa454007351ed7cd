"""Asks TikTok whether an account is live, without connecting to its chat."""

import asyncio
from collections.abc import Iterable

from chatsources.errors import SourceError, SourceFault
from chatsources.port import SourceCounts
from chatsources.tiktok_client import RawMessage, TikTokEndpoints, WebcastClient

LOOKUP_TIMEOUT_S = 8.0


class _NoListener:
    """Takes no events: a lookup opens no connection to a chat."""

    def opened(self) -> None:
        pass

    async def received(self, messages: Iterable[RawMessage]) -> None:
        pass

    async def finished(self) -> None:
        pass


async def find_live_room(handle: str, *, endpoints: TikTokEndpoints) -> int:
    """Return the id of the room in which an account is live now.

    Raise `SourceError`: the account is offline or unknown, or TikTok did not answer within 8 seconds.
    """
    endpoints.apply()
    client = WebcastClient(handle, listener=_NoListener(), counts=SourceCounts())
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            room_id = await client.find_room()
            if await client.is_alive(room_id) is False:  # the page may still name a live that has ended
                raise SourceError(SourceFault.USER_OFFLINE, permanent=True)
            return room_id
    except TimeoutError as error:
        raise SourceError(SourceFault.CONNECTION_LOST, permanent=False) from error
    finally:
        await client.aclose()
