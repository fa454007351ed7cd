"""Each provider says one reply, all at one page. `make bench-sound` listens to a minute of each."""

from collections.abc import Callable
from itertools import cycle

from django.conf import settings
from playwright.sync_api import Page

from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.hosting import KeepingPublisher
from tests.overlay.listening import Listening
from tests.overlay.script import GERMAN_REPLIES, REPLIES
from tests.overlay.studio import open_studio

PROVIDERS = ("elevenlabs", "elevenlabs_websocket", "openai", "azure", "espeak", "piper")
ITALIAN, ENGLISH, GERMAN = REPLIES[0], REPLIES[2], GERMAN_REPLIES[0]


def test_every_provider_is_heard_whole_at_one_loudness_without_a_click_and_captioned(
    page: Page, server_url: str, make_user: Callable[[str], User]
) -> None:
    overlay = make_overlay(make_user("Alice"))
    with open_studio(overlay.id, settings.REDIS_URL, publisher=KeepingPublisher) as studio:
        listening = Listening(page, server_url, overlay, studio)
        for provider, reply in zip(PROVIDERS, cycle((ITALIAN, ENGLISH)), strict=False):
            listening.check(provider, [reply])
        listening.check("pico", [ITALIAN, ENGLISH, GERMAN])
