"""Eight seconds of each other provider, all at one page. The whole minute is in a file of its own."""

from collections.abc import Callable

from django.conf import settings
from playwright.sync_api import Page

from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.hosting import KeepingPublisher
from tests.overlay.listening import Listening
from tests.overlay.script import REPLIES
from tests.overlay.studio import open_studio

PROVIDERS = ("elevenlabs_websocket", "openai", "azure", "espeak", "piper")
OF_EACH = 2  # replies, which take 8 s


def test_every_provider_is_heard_at_one_loudness_without_a_gap_or_a_click_and_captioned_in_time(
    page: Page, server_url: str, make_user: Callable[[str], User]
) -> None:
    overlay = make_overlay(make_user("Alice"))
    with open_studio(overlay.id, settings.REDIS_URL, publisher=KeepingPublisher) as studio:
        listening = Listening(page, server_url, overlay, studio)
        for provider in PROVIDERS:
            listening.check(provider, REPLIES[:OF_EACH])
