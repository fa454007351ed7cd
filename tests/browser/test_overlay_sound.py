import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.conf import settings
from playwright.sync_api import BrowserType, Page, expect

from overlay.models import Overlay
from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.reactions import wait_until_silent
from tests.overlay.studio import Studio, open_studio, tone
from tests.overlay.tape import Tape, biggest_jump, silences, stretches
from tests.overlay.viewing import Viewer


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def studio(overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, settings.REDIS_URL) as studio:
        yield studio


def kinds(viewer: Viewer) -> list[str]:
    return [report["type"] for report in viewer.reports]


@pytest.fixture
def tape(page: Page) -> Tape:
    return Tape(page)


@pytest.fixture(params=["worklet", "buffers"])
def viewer(page: Page, server_url: str, overlay: Overlay, request: pytest.FixtureRequest) -> Viewer:
    """A page that plays in the audio thread, and one that plays the plain way."""
    viewer = Viewer(page, server_url)
    viewer.open(overlay, "" if request.param == "worklet" else "?sound=buffers")
    assert viewer.wait_for_sign("hello")["audio"] == request.param
    return viewer


def test_an_utterance_is_heard_captioned_and_acknowledged(viewer: Viewer, studio: Studio) -> None:
    utterance = studio.say("Ciao Marta!", 0.8)
    ended = viewer.wait_for_report("ended", utterance)
    assert viewer.captions()[0] == "Ciao Marta!"
    assert viewer.reports[0] == {"type": "started", "utterance": str(utterance)}
    assert kinds(viewer) == ["started", "ended"]
    assert ended["played_ms"] == pytest.approx(800, abs=60)
    assert ended["level_db"] == pytest.approx(-9.03, abs=0.5)  # a sine at half of the loudest
    assert (ended["underruns"], ended["underrun_ms"], ended["context"]) == (0, 0, "running")
    loudness = max(level for _, level in viewer.heard())
    assert loudness == pytest.approx(0.354, abs=0.02)
    expect(viewer.page.locator("#caption")).to_be_hidden()


def test_utterances_follow_each_other_in_order(viewer: Viewer, studio: Studio) -> None:
    first = studio.say("Uno.", 0.6)
    second = studio.say("Due.", 0.4, rate_hz=22_050)
    viewer.wait_for_report("ended", second)
    assert [(report["type"], report["utterance"]) for report in viewer.reports] == [
        ("started", str(first)),
        ("ended", str(first)),
        ("started", str(second)),
        ("ended", str(second)),
    ]


def test_a_further_sentence_is_shown_when_it_is_heard(viewer: Viewer, studio: Studio) -> None:
    utterance = uuid4()
    studio.do(studio.publisher.begin(utterance, "Ciao Marta!"))
    studio.do(studio.publisher.caption(utterance, "Come stai?", 500))
    studio.sound(utterance, 0, tone(1.0))
    studio.do(studio.publisher.end(utterance, 1_000))
    viewer.wait_for_report("ended", utterance)
    assert viewer.captions()[:2] == ["Ciao Marta!", "Come stai?"]
    first_ms, second_ms = viewer.captions_at_ms()[:2]
    assert second_ms - first_ms >= 300, (
        "its sound comes 500 ms after the first; a busy machine skips a moment"
    )


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000, 44_100])
def test_chunks_are_laid_end_to_end_without_a_gap_or_a_click(
    viewer: Viewer, studio: Studio, rate_hz: int
) -> None:
    """A sampled sine obeys x[n+1] = 2 cos(w) x[n] - x[n-1]; a gap or a click breaks that."""
    utterance = studio.say("Aaaa", 15.0, rate_hz=rate_hz)
    viewer.wait_for_report("started", utterance)
    fault = viewer.page.evaluate(
        """async (rate) => {
          const { analyser, context } = vivavoce.player;
          analyser.fftSize = 16384;
          const from = context.currentTime;
          while (context.currentTime < from + 16384 / rate + 0.2) await new Promise(requestAnimationFrame);
          const x = new Float32Array(16384);
          analyser.getFloatTimeDomainData(x);
          const k = 2 * Math.cos((2 * Math.PI * 440) / rate);
          let worst = 0;
          for (let n = 1; n < x.length - 1; n++) {
            worst = Math.max(worst, Math.abs(x[n + 1] - k * x[n] + x[n - 1]));
          }
          return [worst, Math.max(...x), context.sampleRate];
        }""",
        rate_hz,
    )
    worst, peak, sample_rate = fault
    assert (sample_rate, round(peak, 2)) == (rate_hz, 0.5)
    assert worst < 0.001


def test_a_lost_chunk_is_silence_of_its_length_without_a_click(
    tape: Tape, viewer: Viewer, studio: Studio
) -> None:
    utterance = uuid4()
    tape.wait_until_it_runs()
    studio.do(studio.publisher.begin(utterance, "Ciao!"))
    for sequence, chunk in enumerate(tone(1.1)):
        if sequence == 2:
            studio.publisher._pack(utterance, sequence, chunk)  # sent, and lost on its way
        else:
            studio.do(studio.publisher.audio(utterance, sequence, chunk))
    studio.do(studio.publisher.audio(utterance, 0, next(tone(0.2))))
    studio.do(studio.publisher.end(utterance, 1_100))
    ended = viewer.wait_for_report("ended", utterance)
    assert ended["played_ms"] == pytest.approx(900, abs=60)
    assert (ended["underruns"], ended["underrun_ms"]) == (1, 200)
    sound = tape.sound()
    rate = 24_000
    (gap,) = silences(sound, rate)
    assert gap == pytest.approx(0.195, abs=0.008)  # the last 5 ms before it fade away
    assert len(sound) / rate == pytest.approx(1.1, abs=0.01)
    assert biggest_jump(sound) < 1.2 * 0.5 * 2 * np.pi * 440 / rate  # no steeper than the tone itself


def test_audio_that_no_utterance_announced_is_not_played(viewer: Viewer, studio: Studio) -> None:
    stray, utterance = uuid4(), uuid4()
    studio.sound(stray, 0, tone(1.0))
    studio.do(studio.publisher.end(stray, 1_000))
    utterance = studio.say("Ciao!", 0.3)
    viewer.wait_for_report("ended", utterance)
    assert {report["utterance"] for report in viewer.reports} == {str(utterance)}


def test_a_cut_utterance_falls_silent_and_the_next_one_plays(viewer: Viewer, studio: Studio) -> None:
    long = studio.say("Una storia molto lunga.", 20.0)
    viewer.wait_until_heard()
    studio.do(studio.publisher.cut(long))
    report = viewer.wait_for_report("cut_done", long)
    assert 0 < report["played_ms"] < 20_000
    studio.sound(long, 100, tone(1.0))
    short = studio.say("Eccomi.", 0.3)
    viewer.wait_for_report("ended", short)
    assert kinds(viewer) == ["started", "cut_done", "started", "ended"]


def test_an_utterance_that_was_cut_before_it_began_never_begins(viewer: Viewer, studio: Studio) -> None:
    doomed = uuid4()
    studio.do(studio.publisher.cut(doomed))
    studio.do(studio.publisher.begin(doomed, "Mai detto."))
    studio.sound(doomed, 0, tone(1.0))
    short = studio.say("Eccomi.", 0.3)
    viewer.wait_for_report("ended", short)
    assert {report["utterance"] for report in viewer.reports} == {str(short)}


def test_a_mute_silences_the_utterance_and_nothing_of_it_follows(
    tape: Tape, viewer: Viewer, studio: Studio
) -> None:
    badge, caption = viewer.page.locator(".badge"), viewer.page.locator("#caption")
    tape.wait_until_it_runs()
    utterance = uuid4()
    studio.do(studio.publisher.begin(utterance, "Una storia molto lunga."))
    sequence = studio.sound(utterance, 0, tone(20.0))
    viewer.wait_until_heard()
    studio.do(studio.publisher.set_muted(True))
    viewer.wait_for_report("cut_done", utterance)
    wait_until_silent(viewer.page)
    expect(caption).to_be_hidden()
    expect(badge).to_be_visible()
    sequence = studio.sound(utterance, sequence, tone(0.4))
    unheard = studio.say("Nessuno mi sente.", 0.3)
    studio.do(studio.publisher.set_muted(False))
    studio.sound(utterance, sequence, tone(1.0))
    studio.do(studio.publisher.end(utterance, 21_400))
    after = studio.say("Eccomi di nuovo.", 0.4)
    viewer.wait_for_report("ended", after)
    assert str(unheard) not in {report["utterance"] for report in viewer.reports}
    assert kinds(viewer) == ["started", "cut_done", "started", "ended"]
    before, again = stretches(tape.sound(), 24_000)
    assert 0 < before < 20
    assert again == pytest.approx(0.4, abs=0.02)


def test_a_mute_on_this_screen_lets_time_go_on_unheard(viewer: Viewer, studio: Studio) -> None:
    button = viewer.page.locator("#mute")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    clicked_at = 1000 * time.time()
    utterance = studio.say("Ciao!", 0.5)
    assert viewer.wait_for_report("ended", utterance)["played_ms"] == 0
    assert max(level for _, level in viewer.heard(clicked_at)) == 0
    button.click()
    again = studio.say("Ciao!", 0.3)
    assert viewer.wait_for_report("ended", again)["played_ms"] > 200


def test_a_browser_that_blocks_sound_asks_for_a_click(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    server_url: str,
    overlay: Overlay,
    studio: Studio,
) -> None:
    options = [option for option in browser_type_launch_args["args"] if not option.startswith("--autoplay")]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": options})
    try:
        viewer = Viewer(browser.new_page(), server_url)
        # Playwright's evaluation counts as a gesture: until then only the socket is looked at.
        with viewer.page.expect_websocket():
            viewer.page.goto(f"{server_url}/overlay/{overlay.token}/")
        viewer.wait_for_sign("sound", state="blocked")
        with viewer.websocket.expect_event("framereceived", lambda frame: '"end"' in str(frame)):
            stale = studio.say("Nessuno mi sente.", 0.3)
        hint = viewer.page.locator("#unblock")
        expect(hint).to_be_visible()
        viewer.page.mouse.click(100, 150)
        expect(hint).to_be_hidden()
        fresh = studio.say("Ora sì.", 0.3)
        viewer.wait_for_report("ended", fresh)
        assert {"type": "started", "utterance": str(stale)} not in viewer.reports
    finally:
        browser.close()


def test_the_hint_stays_away_where_sound_may_play(viewer: Viewer, studio: Studio) -> None:
    utterance = studio.say("Ciao!", 0.3)
    viewer.wait_for_report("ended", utterance)
    expect(viewer.page.locator("#unblock")).to_be_hidden()
