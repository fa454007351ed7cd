"""What is drawn when, and that it looks as the overlay's style sheets say."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from encoder.drawing import tokens
from encoder.drawing.painter import Painter, to_yuv
from encoder.drawing.scene import Alert, ChatLine, PictureScene, default_arrangement
from encoder.pictures.format import PictureFormat

FORM = PictureFormat()
SCENE = PictureScene("Virtual Host · AI")
LINE = ChatLine("1", "Martha", "hello everybody")


def painter(form: PictureFormat = FORM) -> Painter:
    ground = Image.new("RGB", (form.width, form.height), (40, 90, 110))
    return Painter(form, default_arrangement(is_wide=form.width > form.height), ground)


def test_only_stripes_that_change_are_drawn() -> None:
    drawing = painter()
    assert set(drawing.paint(SCENE)) == set(range(FORM.stripes))
    assert drawing.paint(SCENE) == {}
    mouth = drawing.paint(replace(SCENE, mouth=2))
    assert set(mouth) == {7, 8, 9}
    assert set(drawing.paint(replace(SCENE, mouth=2, lines=(LINE,)))) <= {10, 11}


def test_what_goes_leaves_the_background() -> None:
    drawing = painter()
    before = drawing.paint(SCENE)
    full = replace(SCENE, caption="Hello", lines=(LINE,), alert=Alert("Luke", "Rose × 5", "gift"), mouth=4)
    changed = drawing.paint(full)
    assert drawing.paint(SCENE) == {number: before[number] for number in changed}


@pytest.mark.parametrize("form", [FORM, PictureFormat(1280, 720), PictureFormat(1080, 1920)])
def test_every_stripe_has_its_size_and_the_badge_is_visible(form: PictureFormat) -> None:
    drawing = painter(form)
    stripes = drawing.paint(SCENE)
    assert {len(stripe) for stripe in stripes.values()} == {form.stripe_bytes}
    assert drawing.frame().size == (form.width, form.height)
    place = default_arrangement(is_wide=form.width > form.height).places["label"]
    x, y = round(place.x * form.width), round(place.y * form.height)
    badge = np.asarray(drawing.frame())[y : y + form.height // 24, x : x + form.width // 5].astype(int)
    assert (badge.min(axis=2) > 230).sum() > 100  # letters
    assert (badge.max(axis=2) < 40).sum() > 1000  # their panel


@pytest.mark.parametrize(
    "hostile",
    ["", "x" * 10_000, "😀" * 500, "\0\u202e", "word " * 2_000, "<b>&amp;", "Ünïcödé " * 40],
)
def test_any_text_is_drawn_within_the_picture(hostile: str) -> None:
    drawing = painter()
    line, alert = ChatLine(hostile, hostile, hostile, "gift"), Alert(hostile, hostile, "none such")
    drawing.paint(PictureScene(hostile[:30], (line,) * 8, hostile, alert, 4))
    assert drawing.frame().size == (720, 1280)


def test_colours_are_those_of_bt_709() -> None:
    for color, wanted in {
        (255, 255, 255): (235, 128, 128),
        (0, 0, 0): (16, 128, 128),
        (255, 0, 0): (63, 102, 240),
        (0, 0, 255): (32, 240, 118),
    }.items():
        planes = to_yuv(Image.new("RGB", (2, 2), color))
        assert np.allclose([planes[0], planes[4], planes[5]], wanted, atol=1)


def test_the_look_is_read_from_the_overlays_own_files() -> None:
    found = tokens.colors()
    assert found["accent"] == (79, 216, 199)
    assert found["panel"] == (16, 19, 26)
    assert found["coral"] == (255, 90, 77)
    assert set(tokens.font_files()) == {"Inter", "Fraunces", "Nunito", "Space Grotesk"}
    assert all(file.path.exists() and file.ranges for files in tokens.font_files().values() for file in files)
