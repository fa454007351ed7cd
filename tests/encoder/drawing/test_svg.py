import pytest

from encoder.drawing import tokens
from encoder.drawing.svg import draw, read_drawing, read_path

SQUARE = '<svg viewBox="0 0 40 40"><rect x="10" y="10" width="20" height="20" fill="#f00"/></svg>'


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("M1 2h3v4H1V2z", (1, 2)),
        ("M1 2l3 4L0 0", (0, 0)),
        ("M0 0c1 0 2 1 2 2s1 2 2 2", (4, 4)),
        ("M10 0a10 10 0 0 1 0 20", (10, 20)),
        ("M0 0 5 5 6 7", (6, 7)),
        ("M1.5.5-2-3", (-2, -3)),
    ],
)
def test_a_path_ends_where_its_commands_lead(path: str, end: tuple[float, float]) -> None:
    assert list(read_path(path))[-1][-1] == pytest.approx(end)


@pytest.mark.parametrize(("sweep", "side"), [(1, 10), (0, -10)])
def test_an_arc_bends_to_its_side(sweep: int, side: float) -> None:
    (line,) = read_path(f"M0 0a10 10 0 0 {sweep} 0 20")
    assert max((x for x, _y in line), key=abs) == pytest.approx(side, abs=0.01)
    assert all(abs((x**2 + (y - 10) ** 2) - 100) < 1e-6 for x, y in line)


def test_two_outlines_are_two() -> None:
    assert len(list(read_path("M0 0h1v1zM5 5h1v1z"))) == 2


def test_a_drawing_fills_its_box_in_the_middle() -> None:
    picture = draw(read_drawing(SQUARE), 80, 40)
    assert picture.getbbox() == pytest.approx((30, 10, 50, 30), abs=1)
    assert picture.getpixel((40, 20)) == (255, 0, 0, 255)


def test_a_group_is_scaled_around_its_middle() -> None:
    text = '<svg viewBox="0 0 40 40"><g class="mouth"><rect x="10" y="10" width="20" height="20"/></g></svg>'
    flat = read_drawing(text).scaled("mouth", 1, 0.5, origin=0.5)
    assert draw(flat, 40, 40).getbbox() == pytest.approx((10, 15, 30, 25), abs=1)
    assert read_drawing(text).scaled("ears", 1, 2, origin=0) == read_drawing(text)


def test_what_is_inherited_counts_for_the_children() -> None:
    text = '<svg viewBox="0 0 4 4"><g fill="#0f0" opacity=".5"><circle cx="2" cy="2" r="2"/></g></svg>'
    (shape,) = read_drawing(text).shapes
    assert (shape.fill, shape.opacity) == ((0, 255, 0), 0.5)


@pytest.mark.parametrize("name", tokens.AVATARS)
def test_each_avatar_opens_its_mouth_and_closes_its_eyes(name: str) -> None:
    drawing = tokens.avatar(name)
    assert {"mouth", "eyes"} <= {shape.group for shape in drawing.shapes}
    still = draw(drawing, 120, 120)
    assert still.getbbox() is not None
    for group in ("mouth", "eyes"):
        assert draw(drawing.scaled(group, 1, 0.1, origin=0.5), 120, 120).tobytes() != still.tobytes()


@pytest.mark.parametrize("name", tokens.ICONS)
def test_each_symbol_is_drawn(name: str) -> None:
    assert draw(tokens.icon(name, (255, 255, 255)), 48, 48).getbbox() is not None
