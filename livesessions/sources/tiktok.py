"""A TikTok live as a chat source: a handle goes in, `LiveEvent`s come out until the live ends."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from livesessions.sources.errors import SourceError, SourceFault
from livesessions.sources.events import EventKind, LiveEvent
from livesessions.sources.port import SourceCounts

# First of the library's modules, because it keeps their deprecation warnings to itself.
from livesessions.sources.tiktok_client import WebcastClient  # isort: skip
from TikTokLive.client.errors import AgeRestrictedError, TikTokLiveError, UserNotFoundError, UserOfflineError
from TikTokLive.client.errors import InitialCursorMissingError, WebcastBlocked200Error, WebsocketURLMissingError
from TikTokLive.client.web.routes.fetch_is_live import MissingRoomIdInResponse
from TikTokLive.client.web.routes.fetch_room_id_live_html import FailedParseRoomIdError
from TikTokLive.client.web.web_settings import WebDefaults
from websockets.exceptions import InvalidHandshake, WebSocketException

from livesessions.sources.webcast import WebcastDecoder

INBOX_SIZE = 512
REMEMBERED_IDS = 4096
HANDLE = re.compile(r"[A-Za-z0-9_.]{1,64}")


@dataclass(frozen=True, slots=True)
class TikTokEndpoints:
    """Where TikTok and the sign server are. "" stands for the library's default."""

    app_url: str = ""
    webcast_url: str = ""
    sign_url: str = ""
    sign_api_key: str = ""

    def apply(self) -> None:
        """Set them for the whole process: the library keeps them in one global."""
        WebDefaults.tiktok_app_url = self.app_url.rstrip("/") or LIBRARY_ENDPOINTS.app_url
        WebDefaults.tiktok_webcast_url = self.webcast_url.rstrip("/") or LIBRARY_ENDPOINTS.webcast_url
        WebDefaults.tiktok_sign_url = self.sign_url.rstrip("/") or LIBRARY_ENDPOINTS.sign_url
        WebDefaults.tiktok_sign_api_key = self.sign_api_key or None


LIBRARY_ENDPOINTS = TikTokEndpoints(
    app_url=WebDefaults.tiktok_app_url,
    webcast_url=WebDefaults.tiktok_webcast_url,
    sign_url=WebDefaults.tiktok_sign_url,
)
