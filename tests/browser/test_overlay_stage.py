from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from overlay.layout import default_layout
from overlay.models import Overlay
from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.studio import Studio, open_studio
from tests.overlay.viewing import Viewer, wait_in_page, watching

HOSTILE = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    '"><svg onload="document.title=\'owned\'">',
    "{{ 7 * 7 }} ${7 * 7} <%= 7 * 7 %>",
    "javascript:alert(1)",
    "‮txet sdrawkcab‬",
    "مرحبا",
    "\x00\x07\x1b[31m",
    "Z̸̡̛̖a̵͉͝l̶̰͠g̷̰͝o̸̟͆" * 20,
    "👩‍👩‍👧‍👦" * 40,
    "\ud83d",
    "x" * 10_000,
]


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
    return viewer


def chat_of(viewer: Viewer) -> Locator:
    return viewer.page.locator("#chat li")


def write(studio: Studio, *texts: str) -> None:
    for text in texts:
        studio.do(studio.publisher.chat(f"line-{text}", "Marta", text, "comment"))


def test_hostile_words_are_shown_as_words(viewer: Viewer, studio: Studio) -> None:
    newest = chat_of(viewer).last
    for number, text in enumerate(HOSTILE):
        studio.do(studio.publisher.chat(str(number), text, text, "comment"))
        utterance = studio.say(text, 0.1)
        viewer.wait_for_report("ended", utterance)
        shown = newest.locator(".text").text_content()
        assert shown is not None
        assert shown.replace("\ufffd", "\ud83d") == text[:500]  # a lone surrogate cannot be shown as it is
    assert viewer.page.locator("#chat :not(li, bdi), #caption-text :not(span.word)").count() == 0
    assert viewer.page.title() == "Vivavoce"
    assert viewer.complaints == []


def test_the_newest_line_is_last_and_the_oldest_make_room(viewer: Viewer, studio: Studio) -> None:
    write(studio, *(f"riga {number}" for number in range(12)))
    expect(chat_of(viewer).locator(".text")).to_have_text([f"riga {number}" for number in range(4, 12)])


def test_a_retracted_line_goes_and_does_not_come_back(viewer: Viewer, studio: Studio) -> None:
    write(studio, "uno", "due", "tre")
    studio.do(studio.publisher.retract(["line-due", "line-quattro"]))
    write(studio, "quattro", "cinque")
    expect(chat_of(viewer).locator(".text")).to_have_text(["uno", "tre", "cinque"])


def test_a_follow_without_words_gets_some(viewer: Viewer, studio: Studio) -> None:
    studio.do(studio.publisher.chat("1", "Marta", "", "follow"))
    expect(chat_of(viewer).locator(".text")).not_to_be_empty()
    expect(chat_of(viewer).locator("svg")).to_be_visible()


def test_a_page_that_comes_late_sees_what_is_there(
    page: Page, server_url: str, studio: Studio, overlay: Overlay
) -> None:
    studio.do(studio.publisher.set_live(True))
    write(studio, "uno", "due")
    studio.do(studio.publisher.begin(uuid4(), "Parlo già da un po'."))
    viewer = Viewer(page, server_url)
    viewer.open(overlay)
    expect(chat_of(viewer).locator(".text")).to_have_text(["uno", "due"])
    expect(page.locator("#caption-text")).to_have_text("Parlo già da un po'.")
    expect(page.locator(".on-air")).to_be_visible()
    assert viewer.reports == []


def test_a_live_that_ends_leaves_the_badge_alone(viewer: Viewer, studio: Studio) -> None:
    studio.do(studio.publisher.set_live(True))
    write(studio, "uno")
    expect(chat_of(viewer)).to_have_count(1)
    studio.do(studio.publisher.set_live(False))
    expect(chat_of(viewer)).to_have_count(0)
    expect(viewer.page.locator(".on-air")).to_be_hidden()
    expect(viewer.page.get_by_text("Host virtuale · IA")).to_be_visible()


def test_a_caption_is_fitted_again_when_its_place_becomes_smaller(viewer: Viewer, studio: Studio) -> None:
    viewer.page.emulate_media(reduced_motion="reduce")  # all words are there at once
    viewer.page.set_viewport_size({"width": 1080, "height": 1920})
    studio.say("Ciao Marta, benvenuta da Palermo! Come va stasera?", 60.0)
    viewer.wait_until_heard()
    layout = default_layout()
    layout["tall"]["captions"]["h"] = 0.08
    studio.do(studio.publisher.set_layout(layout))
    caption = "document.getElementById('caption')"
    is_small = f"{caption}.parentElement.clientHeight < 0.09 * innerHeight"
    fits = f"{caption}.offsetHeight > 0 && {caption}.offsetHeight <= {caption}.parentElement.clientHeight"
    wait_in_page(viewer.page, f"{is_small} && {fits}")


@pytest.mark.parametrize(("width", "height"), [(1080, 1920), (1920, 1080), (390, 844)])
def test_the_caption_can_be_read_on_a_phone(viewer: Viewer, studio: Studio, width: int, height: int) -> None:
    """A phone shows the picture 480 pixels high; there the caption keeps 15, all inside."""
    viewer.page.set_viewport_size({"width": width, "height": height})
    studio.say("Ciao Marta, benvenuta da Palermo!", 20.0)
    viewer.wait_until_heard()
    caption = viewer.page.locator("#caption")
    size = caption.locator("p").evaluate("(text) => parseFloat(getComputedStyle(text).fontSize)")
    assert size * 480 / height >= 15
    box = caption.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height


def test_the_meter_moves_with_the_voice_unless_motion_is_unwelcome(
    viewer: Viewer, studio: Studio, overlay: Overlay
) -> None:
    bar = "document.querySelector('.meter i:nth-child(3)').style.transform"
    with watching(viewer.page, f"{bar} > 'scaleY(0.5'"):
        first = studio.say("Ciao!", 1.0)
    viewer.wait_for_report("ended", first)
    viewer.page.emulate_media(reduced_motion="reduce")
    studio.say("Ciao!", 20.0)
    viewer.wait_until_heard()
    # The meter starts with the utterance's timer, which may come a moment after its first sound.
    wait_in_page(viewer.page, f"{bar} === 'scaleY(0.5)'")
    heights = viewer.page.evaluate(
        f"""async () => {{
          const seen = new Set();
          for (let n = 0; n < 10; n++) {{ await new Promise(requestAnimationFrame); seen.add({bar}); }}
          return [...seen];
        }}"""
    )
    assert heights == ["scaleY(0.5)"]


def test_the_page_asks_nobody_else_for_anything(viewer: Viewer, studio: Studio) -> None:
    write(studio, "ciao")
    viewer.wait_for_report("ended", studio.say("Ciao!", 0.2))
    assert {urlsplit(url).netloc for url in viewer.requests} == {urlsplit(viewer.base_url).netloc}
    assert viewer.complaints == []


def test_the_servers_log_does_not_hold_the_overlays_address(
    viewer: Viewer, server_log: Path, overlay: Overlay
) -> None:
    viewer.page.goto(f"{viewer.base_url}/overlay/{overlay.token}x/")
    logged = server_log.read_text()
    assert overlay.token not in logged


def test_a_line_is_shown_whole_or_not_at_all(viewer: Viewer, studio: Studio) -> None:
    write(studio, *(f"{number} una riga che ne prende due, o anche tre" for number in range(9)))
    lines = chat_of(viewer)
    expect(lines.last).to_contain_text("8 una riga")
    expect(lines.first).to_have_css("visibility", "hidden")
    viewer.page.locator("#chat").evaluate(
        "(list) => Promise.all(list.getAnimations({ subtree: true }).map(({ finished }) => finished))"
    )
    shown = lines.evaluate_all(
        """(lines) => lines.map((line) => ({
          seen: getComputedStyle(line).visibility === "visible",
          inside: line.getBoundingClientRect().top >= line.closest(".chat").getBoundingClientRect().top,
        }))"""
    )
    assert {line["seen"] for line in shown} == {True, False}
    assert all(line["seen"] == line["inside"] for line in shown)
