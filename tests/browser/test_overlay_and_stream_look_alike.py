"""The encoder's widgets and those of the overlay in a browser: the same places, sizes and colours."""

import io
from collections.abc import Callable, Iterator
from uuid import uuid4

import numpy as np
import pytest
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from encoder.drawing.painter import Painter
from encoder.drawing.scene import Alert, ChatLine, PictureScene, default_arrangement
from encoder.pictures.format import PictureFormat
from overlay.models import Overlay
from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.studio import Studio, open_studio
from tests.overlay.viewing import Viewer, wait_in_page

FORM = PictureFormat(720, 1280)
GROUND = (40, 90, 110)
SENTENCE = "Hi Martha, welcome from Leeds! How is your evening?"
GIFT = ChatLine("1", "Luke", "Rose × 5", "gift")
COMMENT = ChatLine("2", "Martha", "how long is the live?", "comment")
BLOCK = 16
# What is shown stays: nothing waits for longer than a second.
STAYS = (
    "const wait = setTimeout; window.setTimeout = (f, ms, ...more) => (ms > 900 ? 0 : wait(f, ms, ...more));"
)
# A background, and what a page in a live shows while the host speaks.
AS_ON_AIR = """([red, green, blue]) => {
  document.body.style.background = `rgb(${red} ${green} ${blue})`;
  document.querySelector(".on-air").style.display = "block";
  document.querySelector(".mark").style.opacity = 1;
  for (const bar of document.querySelectorAll(".meter i")) bar.style.transform = "scaleY(0.5)";
  document.fonts.ready.then(() => (window.areFontsReady = true));
}"""

Pixels = NDArray[np.int64]


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def studio(overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, settings.REDIS_URL) as studio:
        yield studio


def drawn(badge: str) -> Pixels:
    painter = Painter(FORM, default_arrangement(), Image.new("RGB", (FORM.width, FORM.height), GROUND))
    painter.paint(PictureScene(badge, (GIFT, COMMENT), SENTENCE, Alert(GIFT.name, GIFT.text, GIFT.kind)))
    return np.asarray(painter.frame()).astype(np.int64)


def blocks(picture: Pixels) -> NDArray[np.float64]:
    """Return the mean colour of each block: letters may lie half a pixel apart."""
    shape = FORM.height // BLOCK, BLOCK, FORM.width // BLOCK, BLOCK, 3
    return np.asarray(picture.reshape(shape).mean(axis=(1, 3)))


def panel(picture: Pixels, name: str) -> tuple[int, ...]:
    """Return the edges of the dark panel in a widget's place: left, top, right, bottom."""
    place = default_arrangement().places[name]
    top, bottom = round(place.y * FORM.height) - 6, round((place.y + place.h) * FORM.height) + 6
    left, right = round(place.x * FORM.width) - 6, round((place.x + place.w) * FORM.width) + 6
    is_dark = picture[top:bottom, left:right].max(axis=2) < 45
    rows, columns = np.nonzero(is_dark.sum(axis=1) > 8)[0], np.nonzero(is_dark.sum(axis=0) > 8)[0]
    return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]), top + int(rows[-1])


def test_the_stream_looks_like_the_overlay(
    page: Page, server_url: str, overlay: Overlay, studio: Studio
) -> None:
    page.set_viewport_size({"width": FORM.width, "height": FORM.height})
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(STAYS)
    viewer = Viewer(page, server_url)
    viewer.open(overlay)
    for line in (GIFT, COMMENT):
        studio.do(studio.publisher.chat(line.id, line.name, line.text, line.kind))
    studio.do(studio.publisher.show_text(uuid4(), SENTENCE))
    expect(page.locator("#caption-text")).to_have_text(SENTENCE)
    expect(page.locator(".alert .name")).to_have_text(GIFT.name)
    expect(page.locator(".chat li")).to_have_count(2)
    expect(page.locator(".avatar svg")).to_be_visible()
    badge = page.locator("[data-widget=label] .badge-host > span").last.inner_text()
    page.evaluate(AS_ON_AIR, list(GROUND))
    wait_in_page(page, "window.areFontsReady && document.fonts.check('700 20px Inter')")
    shown = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(np.int64)
    picture = drawn(badge)
    for name in ("label", "captions", "chat", "alerts"):
        assert np.abs(np.subtract(panel(shown, name), panel(picture, name))).max() <= 6, name
    apart = np.abs(blocks(shown) - blocks(picture))
    assert apart.mean() < 1.5
    assert np.quantile(apart, 0.99) < 20
    assert apart.max() < 60
