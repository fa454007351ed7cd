"""A minute of a host, heard at the loudspeaker in real time. Other providers are in a file of their own."""

from collections.abc import Callable

from django.conf import settings
from playwright.sync_api import Page

from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.hosting import KeepingPublisher
from tests.overlay.listening import Listening
from tests.overlay.script import REPLIES
from tests.overlay.studio import open_studio

LEAST_S = 60.0


def test_a_minute_of_replies_is_heard_at_one_loudness_without_a_gap_or_a_click_and_captioned_in_time(
    page: Page, server_url: str, make_user: Callable[[str], User]
) -> None:
    overlay = make_overlay(make_user("Alice"))
    with open_studio(overlay.id, settings.REDIS_URL, publisher=KeepingPublisher) as studio:
        figures = Listening(page, server_url, overlay, studio).check("elevenlabs", REPLIES)
    assert figures.replies == 15
    assert figures.seconds >= LEAST_S
