"""The form of an overlay's goal, for the editor and for the page of a show's goals and games."""

from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from overlay.layout import FORMATS, GOAL_KINDS, MAX_GOAL_LABEL, MAX_TARGET, Layout

GOAL_NAMES = {
    "follow": pgettext_lazy("goal", "New followers"),
    "gift": pgettext_lazy("goal", "Gifts"),
    "like": pgettext_lazy("goal", "Likes"),
    "subscribe": pgettext_lazy("goal", "Subscriptions"),
    "share": pgettext_lazy("goal", "Shares"),
}


class GoalFields(forms.Form):
    """What the goal counts, how many of it, and its name."""

    goal_kind = forms.ChoiceField(
        label=_("What counts"), choices=[(key, GOAL_NAMES[key]) for key in GOAL_KINDS]
    )
    goal_target = forms.IntegerField(label=_("How many"), min_value=1, max_value=MAX_TARGET)
    goal_label = forms.CharField(
        label=_("Name"),
        max_length=MAX_GOAL_LABEL,
        required=False,
        help_text=_("Empty: the name of the counted event. Every live starts at zero."),
    )


class GoalForm(GoalFields):
    """The goal of a layout, and whether the overlay shows it in any format."""

    goal_shown = forms.BooleanField(label=_("Show the goal on the overlay"), required=False)

    def __init__(self, data: Any = None, *, layout: Layout) -> None:
        self._layout = layout
        shown = any(layout[canvas]["goal"]["on"] for canvas in ("tall", "wide"))
        goal = {f"goal_{name}": value for name, value in layout["goal"].items()}
        # A form that another part of the page sent alone leaves the goal as it is.
        is_sent = any(name.startswith("goal_") for name in data or ())
        super().__init__(data if is_sent else None, initial={**goal, "goal_shown": shown})

    @property
    def layout(self) -> dict[str, Any]:
        """Return the layout with the entered goal."""
        data = self.cleaned_data
        layout: dict[str, Any] = deepcopy(dict(self._layout))
        layout["goal"] = {name: data[f"goal_{name}"] for name in ("kind", "target", "label")}
        if "goal_shown" in self.changed_data:
            for canvas in FORMATS:
                layout[canvas]["goal"]["on"] = data["goal_shown"]
        return layout
