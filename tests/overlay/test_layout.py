"""A layout is whole whatever was stored, and the AI label can be moved but never lost."""

import json
from typing import Any

import pytest

from overlay import layout as module
from overlay.layout import FORMATS, LABEL, SAFE_AREAS, WIDGETS, Box, Layout, clean_layout, default_layout
from overlay.themes import FONTS, THEMES, contrast

BROKEN: list[Any] = [
    None,
    [],
    "x",
    7,
    {"tall": 3, "wide": [], "theme": {}, "goal": "many", "colors": 1, "font": [], "avatar": None},
    {"tall": {"chat": None, "label": "gone"}, "theme": "no-such"},
    {"tall": {"chat": {"x": "left", "y": None, "w": float("nan"), "h": float("inf"), "on": "yes"}}},
    {"tall": {"chat": {"order": True, "size": [], "opacity": {}}}, "version": 99},
]


def boxes_of(layout: Layout) -> dict[str, dict[str, Box]]:
    return {"tall": layout["tall"], "wide": layout["wide"]}


@pytest.mark.parametrize("raw", BROKEN)
def test_whatever_is_stored_a_whole_layout_comes_out(raw: Any) -> None:
    assert clean_layout(raw) == default_layout()


def test_a_broken_field_costs_that_field_only() -> None:
    layout = clean_layout(
        {"theme": "neon", "font": "comic", "tall": {"chat": {"x": 0.2, "y": "low", "on": False}}}
    )
    default = default_layout()["tall"]["chat"]
    assert layout["theme"] == "neon"
    assert layout["font"] == ""
    assert layout["tall"]["chat"] == {**default, "x": 0.2, "on": False}


def test_a_number_beyond_all_bounds_is_held_within_them() -> None:
    assert clean_layout({"goal": {"target": 10**400}})["goal"]["target"] == module.MAX_TARGET


def test_cleaning_twice_changes_nothing_more_and_json_carries_it() -> None:
    raw = {"theme": "carta", "wide": {"game": {"x": 0.99, "w": 0.5, "size": 9, "order": 3.6}}}
    once = clean_layout(raw)
    assert clean_layout(json.loads(json.dumps(once))) == once


@pytest.mark.parametrize("canvas", FORMATS)
def test_no_widget_leaves_the_canvas(canvas: str) -> None:
    far = {name: {"x": 5, "y": -3, "w": 40, "h": 0} for name in WIDGETS}
    for name, box in boxes_of(clean_layout({canvas: far}))[canvas].items():
        assert 0 <= box["x"] <= box["x"] + box["w"] <= 1.0001, name
        assert 0 <= box["y"] <= box["y"] + box["h"] <= 1.0001, name


@pytest.mark.parametrize("canvas", FORMATS)
def test_by_default_everything_keeps_clear_of_the_platforms_own(canvas: str) -> None:
    left, top, right, bottom = SAFE_AREAS[canvas]
    for name, box in boxes_of(default_layout())[canvas].items():
        assert box["x"] >= left, name
        assert box["y"] >= top, name
        assert box["x"] + box["w"] <= 1 - right + 1e-9, name
        assert box["y"] + box["h"] <= 1 - bottom + 1e-9, name


@pytest.mark.parametrize("canvas", FORMATS)
@pytest.mark.parametrize(
    "hidden",
    [
        {"on": False},
        {"size": 0.01},
        {"opacity": 0},
        {"x": 1, "y": 1, "w": 0.001, "h": 0.001},
        {"order": 0},
    ],
)
def test_the_ai_label_cannot_be_hidden(canvas: str, hidden: dict[str, Any]) -> None:
    box = boxes_of(clean_layout({canvas: {LABEL: hidden}}))[canvas][LABEL]
    assert box["on"] is True
    assert box["size"] >= module.LABEL_MIN_SIZE
    assert box["opacity"] >= module.LABEL_MIN_OPACITY
    assert box["order"] == module.MAX_ORDER
    assert box["x"] + box["w"] <= 1
    assert box["y"] + box["h"] <= 1
    assert box["w"] >= 0.2


@pytest.mark.parametrize("canvas", FORMATS)
@pytest.mark.parametrize("size", [module.LABEL_MIN_SIZE, 1.0, module.LABEL_MAX_SIZE])
def test_the_ai_label_moves_as_far_as_its_size_lets_it(canvas: str, size: float) -> None:
    box = boxes_of(clean_layout({canvas: {LABEL: {"x": 1, "y": 1, "size": size}}}))[canvas][LABEL]
    assert box["x"] + box["w"] == pytest.approx(1)
    assert box["y"] + box["h"] == pytest.approx(1)


def test_colours_that_cannot_be_read_are_the_themes_own() -> None:
    readable = {"accent": "#FFD000", "text": "#ffffff", "panel": "#101010"}
    assert clean_layout({"colors": readable})["colors"] == {**readable, "accent": "#ffd000"}
    for wrong in ({"text": "#222222"}, {"accent": "#151515"}, {"panel": "red"}, {"text": "#fff;x:1"}):
        assert clean_layout({"colors": {**readable, **wrong}})["colors"] is None


def test_an_own_avatar_needs_a_picture() -> None:
    assert clean_layout({"avatar": "own"})["avatar"] != "own"
    assert clean_layout({"avatar": "own"}, picture="/x.png")["avatar"] == "own"


def test_a_goal_is_a_positive_number_of_something_known() -> None:
    goal = clean_layout({"goal": {"kind": "moons", "target": -5, "label": "x" * 500}})["goal"]
    assert goal == {"kind": "follow", "target": 1, "label": "x" * module.MAX_GOAL_LABEL}


def test_every_theme_can_be_read_and_names_a_font_we_ship() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for theme in THEMES.values():
        assert theme.colors.unreadable == "", theme.key
        assert theme.font in FONTS
