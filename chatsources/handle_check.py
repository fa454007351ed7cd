"""Asks TikTok whether a handle exists and is live, without connecting to its chat."""

import asyncio
from enum import StrEnum

import httpx

from providers.http import ClientOptions, open_trusted_client

TIKTOK = "https://www.tiktok.com"
PATH = "/api-live/user/room/"
TIMEOUT_S = 4.0
MAX_ANSWER_BYTES = 1_000_000
LIVE_STATUS = 2  # of a user in TikTok's answer; 4 is offline
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


class HandleState(StrEnum):
    """What TikTok says about a handle."""

    LIVE = "live"
    OFFLINE = "offline"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"  # TikTok did not answer in time, or not in a way that can be read


async def check_handle(handle: str, *, app_url: str = "", timeout_s: float = TIMEOUT_S) -> HandleState:
    """Return what TikTok says about a handle; after `timeout_s` at most, and never an error."""
    options = ClientOptions(
        timeout_s=timeout_s, max_response_bytes=MAX_ANSWER_BYTES, headers={"User-Agent": BROWSER}
    )
    query = {"aid": "1988", "app_name": "tiktok_web", "uniqueId": handle, "sourceType": "54"}
    try:
        async with asyncio.timeout(timeout_s), open_trusted_client(options) as client:
            answer = await client.get((app_url or TIKTOK).rstrip("/") + PATH, params=query)
            return _state_of(answer.raise_for_status().json())
    except (httpx.HTTPError, OSError, ValueError, LookupError, TypeError, AttributeError):
        return HandleState.UNKNOWN  # a captcha's page is no JSON


def _state_of(answer: dict[str, object]) -> HandleState:
    if answer["message"] == "user_not_found":
        return HandleState.NOT_FOUND
    data = answer["data"]
    user = data["user"]  # type: ignore[index]  # any other shape raises TypeError
    return HandleState.LIVE if user["status"] == LIVE_STATUS else HandleState.OFFLINE
