"""The layout of an overlay: the position and look of each widget.

Positions and sizes are fractions of the canvas. `clean_layout` never fails: a missing or invalid value gets
its default, field by field, so that an old row never breaks a page on air.
"""

import math
import re
from typing import Final, TypedDict

from overlay.themes import DEFAULT_THEME, FONTS, THEMES, Colors

VERSION: Final = 1
FORMATS: Final = ("tall", "wide")  # 9:16 and 16:9
LABEL: Final = "label"
WIDGETS: Final = (LABEL, "captions", "chat", "alerts", "game", "leaders", "goal", "avatar")
AVATARS: Final = ("bubble", "robot", "cat", "presenter", "own")
ANIMATED_AVATARS: Final = frozenset({"presenter"})  # which not every plan includes
WORDS: Final = ("build", "light", "whole")
GOAL_KINDS: Final = ("follow", "gift", "like", "subscribe", "share")

MIN_WIDTH, MIN_HEIGHT = 0.08, 0.03
MIN_SIZE, MAX_SIZE = 0.6, 1.8
MIN_OPACITY = 0.3
# Viewers must see that the voice is an AI's: the label may move, but not disappear.
LABEL_MIN_SIZE, LABEL_MAX_SIZE, LABEL_MIN_OPACITY = 0.9, 1.5, 0.8
LABEL_BOX: Final = {"tall": (0.5, 0.045), "wide": (0.27, 0.077)}  # at size 1, which fits its text
MAX_ORDER = 9
MAX_TARGET = 10_000_000
MAX_GOAL_LABEL = 60
# Margins that the platform's own buttons and names cover, as fractions: left, top, right, bottom.
SAFE_AREAS: Final = {"tall": (0.04, 0.12, 0.15, 0.25), "wide": (0.03, 0.05, 0.03, 0.05)}

_COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)


class Box(TypedDict):
    """A widget's position and look in one format. `size` scales its text, `opacity` is its panel's."""

    on: bool
    x: float
    y: float
    w: float
    h: float
    size: float
    opacity: float
    order: int


class Palette(TypedDict):
    """Custom colours as `#rrggbb`."""

    accent: str
    text: str
    panel: str


class Goal(TypedDict):
    """The goal widget's settings: the counted event, the target and the name."""

    kind: str
    target: int
    label: str


class Layout(TypedDict):
    """All settings of an overlay. `colors` None and `font` "" mean the theme's.

    `picture` is the URL of the custom avatar; it comes from the row, never from a request.
    """

    version: int
    theme: str
    colors: Palette | None
    font: str
    avatar: str
    picture: str
    words: str
    goal: Goal
    tall: dict[str, Box]
    wide: dict[str, Box]


def _box(on: bool, x: float, y: float, w: float, h: float, order: int) -> Box:
    return {"on": on, "x": x, "y": y, "w": w, "h": h, "size": 1.0, "opacity": 0.86, "order": order}


def default_layout() -> Layout:
    """Return a layout that stays clear of the platform's own buttons and names."""
    return {
        "version": VERSION,
        "theme": DEFAULT_THEME,
        "colors": None,
        "font": "",
        "avatar": AVATARS[0],
        "picture": "",
        "words": WORDS[0],
        "goal": {"kind": GOAL_KINDS[0], "target": 100, "label": ""},
        "tall": {
            LABEL: _box(True, 0.04, 0.125, *LABEL_BOX["tall"], 9),
            "captions": _box(True, 0.225, 0.475, 0.625, 0.132, 4),
            "chat": _box(True, 0.04, 0.613, 0.6, 0.137, 1),
            "alerts": _box(True, 0.04, 0.41, 0.81, 0.064, 6),
            "game": _box(True, 0.04, 0.231, 0.81, 0.175, 5),
            "leaders": _box(False, 0.56, 0.125, 0.29, 0.098, 3),
            "goal": _box(False, 0.04, 0.177, 0.5, 0.046, 2),
            "avatar": _box(True, 0.04, 0.503, 0.18, 0.104, 7),
        },
        "wide": {
            LABEL: _box(True, 0.03, 0.05, *LABEL_BOX["wide"], 9),
            "captions": _box(True, 0.46, 0.72, 0.34, 0.23, 4),
            "chat": _box(True, 0.03, 0.5, 0.3, 0.45, 1),
            "alerts": _box(True, 0.33, 0.05, 0.34, 0.11, 6),
            "game": _box(True, 0.69, 0.33, 0.28, 0.37, 5),
            "leaders": _box(False, 0.77, 0.05, 0.2, 0.26, 3),
            "goal": _box(False, 0.03, 0.15, 0.27, 0.08, 2),
            "avatar": _box(True, 0.345, 0.75, 0.11, 0.2, 7),
        },
    }


def clean_layout(raw: object, *, picture: str = "") -> Layout:
    """Return a valid layout from any JSON value. A custom avatar needs the URL of its `picture`."""
    given = raw if isinstance(raw, dict) else {}
    layout = default_layout()
    theme, font = given.get("theme"), given.get("font")
    avatar, words = given.get("avatar"), given.get("words")
    layout["theme"] = theme if isinstance(theme, str) and theme in THEMES else layout["theme"]
    layout["font"] = font if isinstance(font, str) and font in FONTS else ""
    layout["colors"] = _clean_colors(given.get("colors"))
    if isinstance(avatar, str) and avatar in AVATARS and (avatar != "own" or picture):
        layout["avatar"] = avatar
    layout["picture"] = picture
    layout["words"] = words if isinstance(words, str) and words in WORDS else layout["words"]
    layout["goal"] = _clean_goal(given.get("goal"), layout["goal"])
    layout["tall"] = _clean_boxes(given.get("tall"), layout["tall"], "tall")
    layout["wide"] = _clean_boxes(given.get("wide"), layout["wide"], "wide")
    return layout


def _clean_colors(raw: object) -> Palette | None:
    """Return the colours, or None if they are incomplete or too low in contrast."""
    given = raw if isinstance(raw, dict) else {}
    accent, text, panel = (str(given.get(name, "")).lower() for name in ("accent", "text", "panel"))
    if not all(map(_COLOR.fullmatch, (accent, text, panel))):
        return None
    if Colors(accent, text, panel).unreadable:
        return None
    return {"accent": accent, "text": text, "panel": panel}


def _clean_goal(raw: object, default: Goal) -> Goal:
    given = raw if isinstance(raw, dict) else {}
    kind, label = given.get("kind"), given.get("label")
    return {
        "kind": kind if isinstance(kind, str) and kind in GOAL_KINDS else default["kind"],
        "target": round(_number(given.get("target"), default["target"], 1, MAX_TARGET)),
        "label": label.strip()[:MAX_GOAL_LABEL] if isinstance(label, str) else default["label"],
    }


def _clean_boxes(raw: object, defaults: dict[str, Box], canvas: str) -> dict[str, Box]:
    given = raw if isinstance(raw, dict) else {}
    boxes = {name: _clean_box(given.get(name), defaults[name]) for name in WIDGETS if name != LABEL}
    return {LABEL: _clean_label(given.get(LABEL), defaults[LABEL], canvas), **boxes}


def _clean_box(raw: object, default: Box) -> Box:
    given = raw if isinstance(raw, dict) else {}
    on = given.get("on")
    w = _number(given.get("w"), default["w"], MIN_WIDTH, 1)
    h = _number(given.get("h"), default["h"], MIN_HEIGHT, 1)
    return {
        "on": on if isinstance(on, bool) else default["on"],
        "x": _number(given.get("x"), default["x"], 0, 1 - w),
        "y": _number(given.get("y"), default["y"], 0, 1 - h),
        "w": w,
        "h": h,
        "size": _number(given.get("size"), default["size"], MIN_SIZE, MAX_SIZE),
        "opacity": _number(given.get("opacity"), default["opacity"], MIN_OPACITY, 1),
        "order": round(_number(given.get("order"), default["order"], 0, MAX_ORDER)),
    }


def _clean_label(raw: object, default: Box, canvas: str) -> Box:
    """Keep the AI label on, inside the canvas, and large and opaque enough to be read."""
    given = raw if isinstance(raw, dict) else {}
    box = _clean_box(
        {**given, "w": 0, "h": 0}, default
    )  # both follow from its size and limit its position below
    size = min(max(box["size"], LABEL_MIN_SIZE), LABEL_MAX_SIZE)
    w, h = (round(side * size, 4) for side in LABEL_BOX[canvas])
    return {
        **box,
        "on": True,
        "x": round(min(box["x"], 1 - w), 4),
        "y": round(min(box["y"], 1 - h), 4),
        "w": w,
        "h": h,
        "size": size,
        "opacity": max(box["opacity"], LABEL_MIN_OPACITY),
        "order": MAX_ORDER,
    }


def _number(value: object, default: float, least: float, most: float) -> float:
    # Refuse NaN and infinity; `isfinite` raises for an int that is too large for a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        value = default
    return round(min(max(value, least), most), 4)
