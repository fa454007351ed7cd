"""Reads a TikTok handle from what people paste: a handle, a link to a profile or a live, or a short link."""

import asyncio
import re
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from providers.http import ClientOptions, HttpClient, open_guarded_client

PROFILE: Final = re.compile(r"^(?:https?://)?(?:[a-z]+\.)?tiktok\.com/@(?P<handle>[^/?#\s]+)", re.IGNORECASE)
# What the app's button "Share" gives.
SHORT: Final = re.compile(
    r"^(?:https?://)?(?P<rest>(?:v[mt]\.tiktok\.com|(?:[a-z]+\.)?tiktok\.com/t)/[\w-]+/?)(?:[?#]\S*)?$",
    re.IGNORECASE | re.ASCII,
)
TIMEOUT_S: Final = 4.0
MOST_HOPS: Final = 4


class ShortLinkUnreadable(Exception):
    """Raised when a short link could not be opened, or does not lead to a profile."""


def handle_of(pasted: str) -> str:
    """Return the handle in a profile's address, or the text itself without its @."""
    address = PROFILE.match(pasted)
    return (address["handle"] if address else pasted).removeprefix("@")


def short_link_of(pasted: str) -> str:
    """Return the address of a short link over https; empty for any other text."""
    found = SHORT.match(pasted)
    return f"https://{found['rest']}" if found else ""


async def follow_short_link(link: str, *, client: HttpClient | None = None) -> str:
    """Return the handle of the profile or live to which a short link leads.

    Asks TikTok's own hosts only, for `TIMEOUT_S` and `MOST_HOPS` redirects. Raise `ShortLinkUnreadable`.
    """
    options = ClientOptions(timeout_s=TIMEOUT_S, max_response_bytes=1_000_000)
    try:
        async with asyncio.timeout(TIMEOUT_S), client or open_guarded_client(options) as web:
            return await _follow(web, link)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise ShortLinkUnreadable from error


async def _follow(client: HttpClient, link: str) -> str:
    for _ in range(MOST_HOPS):
        async with client.stream("GET", link) as answer:  # the body is not needed
            target = urljoin(link, answer.headers.get("location", ""))
        if address := PROFILE.match(target):
            return address["handle"]
        host = urlsplit(target).hostname or ""
        if target == link or not target.startswith("https://") or not f".{host}".endswith(".tiktok.com"):
            break
        link = target
    raise ShortLinkUnreadable
