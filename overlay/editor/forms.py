"""The form of the overlay's editor."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from overlay.editor.goal import GoalFields
from overlay.editor.pictures import MAX_BYTES, InvalidPicture, Picture, read_picture
from overlay.layout import (
    AVATARS,
    FORMATS,
    LABEL,
    MAX_ORDER,
    MAX_SIZE,
    MIN_OPACITY,
    MIN_SIZE,
    WIDGETS,
    WORDS,
    Layout,
)
from overlay.themes import FONTS, THEMES, Colors

FORMAT_NAMES = {"tall": _("9:16, TikTok"), "wide": _("16:9")}
WIDGET_NAMES = {
    LABEL: _("AI label"),
    "captions": _("Captions"),
    "chat": _("Chat"),
    "alerts": _("Gift and follow alerts"),
    "game": _("Quiz and poll"),
    "leaders": _("Leaderboard"),
    "goal": _("Goal"),
    "avatar": _("Avatar"),
}
AVATAR_NAMES = {
    "bubble": _("Bubble"),
    "robot": _("Robot"),
    "cat": _("Cat"),
    "presenter": _("Presenter"),
    "own": _("Your own picture"),
}
WORD_NAMES = {
    "build": _("One after the other"),
    "light": _("All at once, highlighted as they are spoken"),
    "whole": _("The whole sentence"),
}
NUMBERS = {"x": _("From the left"), "y": _("From the top"), "w": _("Width"), "h": _("Height")}
FAULTS: dict[str, Any] = {
    "kind": _("The file is not a PNG, JPEG or WebP picture, or it is damaged."),
    "weight": _("The picture is larger than 8 MB."),
    "side": _(
        "The picture must have between 16 and 8,000 pixels on each side, and 25 million in all at most."
    ),
}
UNREADABLE = _("This colour is hard to read on the panels. Choose one with more contrast.")


@dataclass(frozen=True, slots=True)
class BoxFields:
    """The form fields of one widget in one format, for the template."""

    canvas: str
    widget: str
    name: Any
    on: forms.BoundField | None
    numbers: list[forms.BoundField]


def _percent(label: Any, least: float = 0, most: float = 100) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"})
    return forms.FloatField(label=label, min_value=least, max_value=most, widget=widget)


def _color(label: Any) -> forms.RegexField:
    return forms.RegexField(
        r"^#[0-9A-Fa-f]{6}$", label=label, widget=forms.TextInput(attrs={"type": "color"}), required=False
    )


class LayoutForm(GoalFields):
    """An overlay's whole layout as numbers and choices; the editor's scripts only fill in its fields."""

    theme = forms.ChoiceField(label=_("Theme"), choices=[(key, theme.name) for key, theme in THEMES.items()])
    font = forms.ChoiceField(
        label=_("Font"), choices=[("", _("The theme's font")), *FONTS.items()], required=False
    )
    own_colors = forms.BooleanField(label=_("Custom colours"), required=False)
    accent = _color(_("Names and bars"))
    text = _color(_("Words"))
    panel = _color(_("Panels"))
    words = forms.ChoiceField(label=_("Caption style"), choices=[(key, WORD_NAMES[key]) for key in WORDS])
    avatar = forms.ChoiceField(label=_("Avatar"), choices=[(key, AVATAR_NAMES[key]) for key in AVATARS])
    picture = forms.FileField(
        label=_("Your own picture"),
        required=False,
        help_text=_("PNG, JPEG or WebP, up to 8 MB. It glows and grows a little with the voice."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, layout: Layout) -> None:
        self._before = layout
        super().__init__(data, files, initial=_initial(layout))
        for canvas in FORMATS:
            for widget in WIDGETS:
                self._add_box(f"{canvas}-{widget}", movable=widget != LABEL)

    def _add_box(self, name: str, *, movable: bool) -> None:
        if movable:
            self.fields[f"{name}-on"] = forms.BooleanField(label=_("Show it"), required=False)
        for side, label in NUMBERS.items():
            if movable or side in "xy":
                self.fields[f"{name}-{side}"] = _percent(label)
        self.fields[f"{name}-size"] = _percent(_("Text size"), 100 * MIN_SIZE, 100 * MAX_SIZE)
        self.fields[f"{name}-opacity"] = _percent(_("Panel opacity"), 100 * MIN_OPACITY)
        if movable:
            self.fields[f"{name}-order"] = forms.IntegerField(
                label=_("Layer, 9 is in front (0 to 9)"), min_value=0, max_value=MAX_ORDER
            )

    def boxes(self) -> Iterator[tuple[str, Any, list[BoxFields]]]:
        """Yield each format with its name and its widgets' fields."""
        for canvas in FORMATS:
            yield canvas, FORMAT_NAMES[canvas], [self._box(canvas, widget) for widget in WIDGETS]

    def _box(self, canvas: str, widget: str) -> BoxFields:
        name = f"{canvas}-{widget}"
        numbers = [
            self[f"{name}-{field}"]
            for field in (*NUMBERS, "size", "opacity", "order")
            if f"{name}-{field}" in self.fields
        ]
        on = self[f"{name}-on"] if f"{name}-on" in self.fields else None
        return BoxFields(canvas, widget, WIDGET_NAMES[widget], on, numbers)

    def clean_picture(self) -> Picture | None:
        upload: Any = self.cleaned_data["picture"]
        if not upload:
            return None
        try:
            return read_picture(upload.read(MAX_BYTES + 1))
        except InvalidPicture as fault:
            raise forms.ValidationError(FAULTS[fault.reason]) from fault

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        has_picture = data.get("picture") or self._before["picture"] or "picture" in self.errors
        if data.get("avatar") == "own" and not has_picture:
            self.add_error("picture", _("Choose a picture first."))
        if data.get("own_colors"):
            self._check_colors(data)
        return data

    def _check_colors(self, data: dict[str, Any]) -> None:
        accent, text, panel = (data.get(name) or "" for name in ("accent", "text", "panel"))
        if not (accent and text and panel):
            self.add_error("own_colors", _("Choose all three colours."))
        elif wrong := Colors(accent, text, panel).unreadable:
            self.add_error(wrong, UNREADABLE)

    @property
    def layout(self) -> dict[str, Any]:
        """Return the entered values as a layout."""
        data = self.cleaned_data
        colors = {name: data[name] for name in ("accent", "text", "panel")} if data["own_colors"] else None
        goal = {"kind": data["goal_kind"], "target": data["goal_target"], "label": data["goal_label"]}
        raw = {
            **{name: data[name] for name in ("theme", "font", "words", "avatar")},
            "colors": colors,
            "goal": goal,
        }
        for canvas in FORMATS:
            raw[canvas] = {widget: self._entered(f"{canvas}-{widget}") for widget in WIDGETS}
        return raw

    def _entered(self, name: str) -> dict[str, Any]:
        box: dict[str, Any] = {}
        for field in ("on", "x", "y", "w", "h", "size", "opacity", "order"):
            value = self.cleaned_data.get(f"{name}-{field}")
            if value is not None:
                box[field] = value if field in ("on", "order") else value / 100
        return box


def _initial(layout: Layout) -> dict[str, Any]:
    theme = THEMES[layout["theme"]].colors
    colors = layout["colors"] or {"accent": theme.accent, "text": theme.text, "panel": theme.panel}
    initial: dict[str, Any] = {
        **{name: layout[name] for name in ("theme", "font", "words", "avatar")},
        **colors,
        "own_colors": layout["colors"] is not None,
        **{f"goal_{name}": value for name, value in layout["goal"].items()},
    }
    for canvas, boxes in (("tall", layout["tall"]), ("wide", layout["wide"])):
        for widget, box in boxes.items():
            for field, value in box.items():
                shown = value if field in ("on", "order") else round(float(str(value)) * 100, 1)
                initial[f"{canvas}-{widget}-{field}"] = shown
    return initial
