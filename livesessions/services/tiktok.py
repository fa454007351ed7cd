"""Asks TikTok about an account, with the configured addresses.

TikTok's library takes a second to import, and most processes never ask TikTok: the first call imports it. A
worker loads it at its start (`LIBRARIES_OF_LIVES`).
"""

from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync
from django.conf import settings

from chatsources.errors import SourceError, SourceFault

if TYPE_CHECKING:
    from chatsources.tiktok import TikTokSource
    from chatsources.tiktok_client import TikTokEndpoints


def tiktok_endpoints() -> "TikTokEndpoints":
    """Return the addresses of TikTok and of the sign server that the settings name."""
    from chatsources.tiktok_client import TikTokEndpoints

    return TikTokEndpoints(
        app_url=settings.TIKTOK_APP_URL,
        webcast_url=settings.TIKTOK_WEBCAST_URL,
        sign_url=settings.TIKTOK_SIGN_URL,
        sign_api_key=settings.TIKTOK_SIGN_API_KEY,
    )


def open_tiktok(handle: str) -> "TikTokSource":
    """Return the chat of an account's live on TikTok."""
    from chatsources.tiktok import TikTokSource

    return TikTokSource(handle, endpoints=tiktok_endpoints())


def why_not_live(handle: str) -> SourceFault | None:
    """Return why an account is not live on TikTok now; None if it is. Blocks for up to 8 seconds."""
    from chatsources.room_lookup import find_live_room

    try:
        async_to_sync(find_live_room)(handle, endpoints=tiktok_endpoints())
    except SourceError as error:
        return error.fault
    return None
