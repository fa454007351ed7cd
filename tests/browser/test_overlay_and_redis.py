"""Redis is killed under a page that plays, and started again, empty."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from overlay.errors import OverlayUnreachable
from overlay.models import Overlay
from overlay.presence import read_pages
from tenants.models import User
from tests.browser.conftest import running_server
from tests.livesessions.worker.own_redis import OwnRedis, own_redis
from tests.overlay.conftest import make_overlay
from tests.overlay.studio import Studio, open_studio, tone
from tests.overlay.tape import Tape, biggest_jump, silences
from tests.overlay.viewing import Viewer

RATE_HZ = 24_000
STEEPEST = 1.2 * 0.5 * 2 * math.pi * 440 / RATE_HZ  # no steeper than the tone itself


@pytest.fixture
def redis(settings: Any) -> Iterator[OwnRedis]:
    with own_redis(settings) as server:
        yield server


@pytest.fixture
def own_server_url(redis: OwnRedis, server_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    environment = {**server_environment, "TEST_REDIS_URL": redis.url}
    with running_server(environment, tmp_path / "server.log") as url:
        yield url


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def studio(redis: OwnRedis, overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, redis.url) as studio:
        yield studio


def test_a_page_plays_what_it_has_comes_back_by_itself_and_misses_nothing_that_is_said_next(
    page: Page, redis: OwnRedis, own_server_url: str, overlay: Overlay, studio: Studio
) -> None:
    tape = Tape(page)
    viewer = Viewer(page, own_server_url)
    viewer.open(overlay)
    viewer.wait_for_sign("sound", state="ok")
    tape.wait_until_it_runs()
    broken = uuid4()
    studio.do(studio.publisher.begin(broken, "Una storia."))
    sequence = studio.sound(broken, 0, tone(3.0))
    viewer.wait_for_report("started", broken)
    redis.kill()
    with pytest.raises(OverlayUnreachable):
        studio.sound(broken, sequence, tone(1.0))
    redis.start()
    with page.expect_websocket():  # nobody has to tell the page that it has missed something
        after = studio.say("Eccomi di nuovo.", 1.0)
    viewer.wait_until_connected()
    viewer.wait_for_report("ended", after)
    played = {
        report["utterance"]: report["played_ms"] for report in viewer.reports if report["type"] == "ended"
    }
    assert played == {
        str(broken): pytest.approx(3_000, abs=80),
        str(after): pytest.approx(1_000, abs=60),
    }
    assert len([report for report in viewer.reports if report["type"] == "started"]) == 2
    viewer.wait_for_sign("ping")
    sound = tape.sound()
    assert len(silences(sound, RATE_HZ)) == 1, "what lies between the two, and nothing else"
    assert biggest_jump(sound) < STEEPEST
    (there,) = read_pages(overlay.id)
    assert there["sound"] == "ok"
