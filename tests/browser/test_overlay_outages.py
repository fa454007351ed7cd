"""What an overlay plays when its network goes away in mid-utterance."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Page

from overlay.models import Overlay
from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.network import Network, open_network
from tests.overlay.studio import Studio, open_studio, tone
from tests.overlay.viewing import Viewer

AWAY_MS = 5_000


@pytest.fixture
def network(server_url: str) -> Iterator[Network]:
    with open_network(server_url) as network:
        yield network


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def studio(overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, settings.REDIS_URL) as studio:
        yield studio


def test_a_page_that_was_away_for_five_seconds_repeats_nothing_and_loses_no_line(
    page: Page, network: Network, overlay: Overlay, studio: Studio
) -> None:
    viewer = Viewer(page, network.url)
    viewer.open(overlay)
    broken = uuid4()
    studio.do(studio.publisher.begin(broken, "Una storia."))
    sequence = studio.sound(broken, 0, tone(1.0))
    viewer.wait_for_report("started", broken)
    network.cut()
    page.wait_for_selector("[data-connected=false]")
    studio.sound(broken, sequence, tone(1.0))
    studio.do(studio.publisher.end(broken, 2_000))
    missed = studio.say("Detta mentre non c'eri.", 0.4)
    page.wait_for_timeout(AWAY_MS)
    network.mend()
    viewer.wait_until_connected()
    after = studio.say("Eccomi di nuovo.", 0.4)
    viewer.wait_for_report("ended", after)
    played = {
        report["utterance"]: report["played_ms"] for report in viewer.reports if report["type"] == "ended"
    }
    assert list(played) == [str(broken), str(missed), str(after)]
    assert played[str(broken)] == pytest.approx(2_000, abs=80)
    assert played[str(missed)] == pytest.approx(400, abs=60)
    assert len([report for report in viewer.reports if report["type"] == "started"]) == 3


def test_two_overlays_play_and_come_back_each_on_its_own(
    page: Page, server_url: str, network: Network, overlay: Overlay, studio: Studio
) -> None:
    steady, shaky = Viewer(page, server_url), Viewer(page.context.new_page(), network.url)
    for viewer in (steady, shaky):
        viewer.open(overlay)
    network.cut()
    shaky.page.wait_for_selector("[data-connected=false]")
    utterance = studio.say("Ciao a tutti.", 0.5)
    steady.wait_for_report("ended", utterance)
    network.mend()
    shaky.wait_until_connected()
    shaky.wait_for_report("ended", utterance)
    for viewer in (steady, shaky):
        assert [report["type"] for report in viewer.reports] == ["started", "ended"]
