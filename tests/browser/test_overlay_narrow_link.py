"""A page behind a narrow, long link, such as a phone's network that others use too."""

import json
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from django.conf import settings
from playwright.sync_api import Page

from overlay.models import Overlay
from tenants.models import User
from tests.fakes.link import FakeLink
from tests.overlay.conftest import make_overlay
from tests.overlay.hosting import KeepingPublisher
from tests.overlay.listening import Listening
from tests.overlay.network import Network, open_network
from tests.overlay.script import REPLIES
from tests.overlay.studio import Studio, open_studio
from tests.overlay.viewing import Viewer, wait_in_page

HIGH_VOICE = "azure, 48 kHz"
HIGH_VOICE_BITS_PER_S = 768_000
NARROW_BITS_PER_S = 1_000_000
TOO_NARROW_BITS_PER_S = HIGH_VOICE_BITS_PER_S // 2
LATENCY_S = 0.05
MOST_LEAD_S = 0.7
MAY_MISS_SAMPLES = 12_000  # a quarter of a second: a busy machine may skip a moment of sound

WATCH_LEAD = "window.leads = []; setInterval(() => window.vivavoce && leads.push(vivavoce.player.lead), 50);"


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def studio(overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, settings.REDIS_URL, publisher=KeepingPublisher) as studio:
        yield studio


@pytest.fixture
def narrow(server_url: str) -> Iterator[Network]:
    down, up = FakeLink(bits_per_s=NARROW_BITS_PER_S, latency_s=LATENCY_S), FakeLink(latency_s=LATENCY_S)
    with open_network(server_url, down=down, up=up) as network:
        yield network


@pytest.fixture
def too_narrow(server_url: str) -> Iterator[Network]:
    with open_network(server_url, down=FakeLink(bits_per_s=TOO_NARROW_BITS_PER_S)) as network:
        yield network


def test_the_best_voice_is_heard_whole_over_one_megabit(
    page: Page, narrow: Network, overlay: Overlay, studio: Studio
) -> None:
    page.add_init_script(WATCH_LEAD)
    listening = Listening(page, narrow.url, overlay, studio)
    page.wait_for_load_state("networkidle")  # a page and its fonts are there long before the host speaks
    for provider, replies in ((HIGH_VOICE, REPLIES[:1]), ("elevenlabs", REPLIES[1:2])):
        listening.check(provider, replies)
    assert max(page.evaluate("leads")) <= MOST_LEAD_S


def test_a_page_that_cannot_follow_the_voice_does_not_hold_up_another_page(
    page: Page, server_url: str, too_narrow: Network, overlay: Overlay, studio: Studio
) -> None:
    slow = Viewer(page.context.new_page(), too_narrow.url)
    slow.open(overlay)
    listening = Listening(page, server_url, overlay, studio)
    ended: list[str] = []
    note_ends(slow, "slow", ended)
    note_ends(listening.viewer, "fast", ended)
    figures = listening.hear(HIGH_VOICE, REPLIES[:1])
    assert figures.missing_samples <= MAY_MISS_SAMPLES, "the other page is held up"
    publisher = cast("KeepingPublisher", studio.publisher)
    said = [text for each in publisher.said.values() for text, _ in each.sentences]
    wait_in_page(slow.page, f"{json.dumps(said)}.every((text) => captions.includes(text))")
    (utterance,) = publisher.said
    assert slow.wait_for_report("ended", utterance)["underruns"], "the link was wide enough after all"
    assert ended == ["fast", "slow"]


def note_ends(viewer: Viewer, name: str, ended: list[str]) -> None:
    """Add a name to a list whenever its page reports the end of an utterance."""

    def note(payload: str | bytes) -> None:
        if '"ended"' in str(payload):
            ended.append(name)

    viewer.websocket.on("framesent", note)
