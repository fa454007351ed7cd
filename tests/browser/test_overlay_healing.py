"""A page that cannot be heard says so, and heals itself."""

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from overlay.connection.release import page_release
from overlay.models import Overlay
from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.reactions import break_sound, wait_until_well
from tests.overlay.studio import Studio, open_studio, tone
from tests.overlay.viewing import AUDIBLE, Viewer

POLL = {
    "kind": "poll",
    "phase": "open",
    "seconds_left": 30,
    "question": "Pizza o pasta?",
    "options": [],
    "leaders": [],
}


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def studio(overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, settings.REDIS_URL) as studio:
        yield studio


@pytest.fixture
def viewer(page: Page, server_url: str, overlay: Overlay) -> Viewer:
    viewer = Viewer(page, server_url)
    viewer.open(overlay)
    viewer.wait_for_sign("sound", state="ok")
    return viewer


def hears(viewer: Viewer, studio: Studio) -> bool:
    utterance = studio.say("Eccomi.", 0.4)
    return bool(viewer.wait_for_report("ended", utterance)["level_db"] > -20)


def test_a_suspended_context_goes_on_by_itself_and_the_utterance_with_it(
    viewer: Viewer, studio: Studio
) -> None:
    utterance = studio.say("Una storia.", 5.0)
    viewer.wait_until_heard()
    viewer.page.evaluate("vivavoce.player.context.suspend()")
    ended = viewer.wait_for_report("ended", utterance)
    assert ended["context"] == "running"
    # Hardly any of it was played before; a busy machine skips a moment.
    assert 4_000 <= ended["played_ms"] <= 5_080


@pytest.mark.parametrize("fault", ["blocked", "stalled"])
def test_a_context_that_stays_suspended_or_whose_clock_stands_is_reported_and_replaced(
    viewer: Viewer, studio: Studio, fault: str
) -> None:
    break_sound(viewer.page, fault)
    viewer.wait_for_sign("sound", state=fault)
    wait_until_well(viewer.page)
    assert hears(viewer, studio)
    assert viewer.signs[-1] != {"type": "sound", "state": fault}


def test_sound_that_does_not_leave_the_graph_is_reported_and_heals(viewer: Viewer, studio: Studio) -> None:
    break_sound(viewer.page, "silent")
    utterance = uuid4()
    studio.do(studio.publisher.begin(utterance, "Nessuno mi sente."))
    studio.sound(utterance, 0, tone(8.0))
    viewer.wait_for_report("started", utterance)
    viewer.wait_for_sign("sound", state="silent")
    cut = viewer.wait_for_report("cut_done", utterance)
    assert cut["level_db"] == -120
    assert hears(viewer, studio)


def test_a_page_in_obs_that_nothing_else_helps_is_loaded_again_but_not_for_ever(
    page: Page, server_url: str, overlay: Overlay, studio: Studio
) -> None:
    page.add_init_script(
        """
        window.obsstudio = { pluginVersion: "31.0.0" };
        const loads = Number(sessionStorage.getItem("loads") ?? 0) + 1;
        sessionStorage.setItem("loads", loads);
        if (loads <= 2) {
          Object.defineProperty(AudioContext.prototype, "currentTime", { get: () => 0 });
        }
        """
    )
    viewer = Viewer(page, server_url)
    viewer.open(overlay)
    with page.expect_navigation():
        pass
    viewer.wait_until_connected()
    viewer.signs.clear()
    viewer.wait_for_sign("sound", state="stalled")
    assert loaded_again(page) == 1
    assert page.evaluate("Number(sessionStorage.getItem('loads'))") == 2


@pytest.fixture
def in_obs(page: Page, server_url: str) -> Viewer:
    page.add_init_script('window.obsstudio = { pluginVersion: "31.0.0" };')
    return Viewer(page, server_url)


def loaded_again(page: Page) -> int:
    told = page.evaluate("sessionStorage.getItem('vivavoce.reloads')")
    return int(json.loads(told)["count"]) if told else 0


def test_a_page_of_an_older_release_is_loaded_again(in_obs: Viewer, overlay: Overlay, studio: Studio) -> None:
    in_obs.page.add_init_script(
        """
        addEventListener("DOMContentLoaded", () => {
          if (sessionStorage.getItem("loads") === null) document.body.dataset.release = "older";
          sessionStorage.setItem("loads", 1);
        });
        """
    )
    in_obs.open(overlay)
    in_obs.page.wait_for_selector(f"[data-release='{page_release()}'][data-connected=true]")
    assert hears(in_obs, studio)
    assert loaded_again(in_obs.page) == 1


def test_a_page_that_is_out_of_date_lets_the_host_finish(
    in_obs: Viewer, overlay: Overlay, studio: Studio
) -> None:
    in_obs.open(overlay)
    utterance = studio.say("Ancora una parola.", 5.0)
    in_obs.wait_until_heard()
    with in_obs.page.expect_event("load"):
        in_obs.page.evaluate("vivavoce.watch.renew()")
    # A busy machine may lose some of the sound; a page that did not wait would play next to nothing.
    assert in_obs.wait_for_report("ended", utterance)["played_ms"] > 3_000
    in_obs.wait_until_connected()
    assert loaded_again(in_obs.page) == 1


def test_a_part_that_a_deployment_took_away_is_fetched_with_a_new_page(
    in_obs: Viewer, overlay: Overlay, studio: Studio
) -> None:
    in_obs.page.route("**/widgets/game*.js", lambda route: route.fulfill(status=404), times=1)
    in_obs.open(overlay)
    studio.do(studio.publisher.game(POLL))
    expect(in_obs.page.locator("[data-widget=game]")).to_contain_text("Pizza o pasta?")
    assert loaded_again(in_obs.page) == 1


def test_a_mute_on_this_screen_is_no_fault(viewer: Viewer, studio: Studio) -> None:
    viewer.page.locator("#mute").click()
    utterance = studio.say("Ciao!", 2.0)
    ended = viewer.wait_for_report("ended", utterance)
    assert (ended["played_ms"], ended["level_db"]) == (0, -120)
    assert [sign for sign in viewer.signs if sign["type"] == "sound"] == [{"type": "sound", "state": "ok"}]
    assert viewer.page.evaluate("vivavoce.player.level") < AUDIBLE
