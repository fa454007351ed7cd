from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from livesessions.models.plans import Segment
from livesessions.shows.forms.minutes import MinutesField
from livesessions.shows.limits import LONGEST_SEGMENT_S, OPTIONS, POINT_LENGTH, POINTS, SHORTEST_SEGMENT_S
from livesessions.shows.services.plans import SegmentValues
from planner.forms import LinesField

if TYPE_CHECKING:
    SegmentFormBase = forms.ModelForm[Segment]
else:
    SegmentFormBase = forms.ModelForm


class SegmentForm(SegmentFormBase):
    duration_s = MinutesField(
        least_s=SHORTEST_SEGMENT_S, most_s=LONGEST_SEGMENT_S, initial=600, label=_("Minutes")
    )
    talking_points = LinesField(
        most=POINTS,
        length=POINT_LENGTH,
        rows=5,
        label=_("Talking points, one a line"),
        help_text=_("What the host may tell when the chat is quiet. In a poll they are the options."),
    )

    class Meta:
        model = Segment
        fields = ["kind", "title", "duration_s", "talking_points"]
        help_texts = {"title": _("The host introduces it by this name.")}

    def full_clean(self) -> None:
        """Whoever has opened the form goes on in it by keyboard too: where something is wrong, at that."""
        super().full_clean()
        first = next((name for name in self.fields if name in self.errors), "title")
        self.fields[first].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        points = cleaned.get("talking_points")
        if cleaned.get("kind") == Segment.Kind.POLL and points is not None and len(points) < OPTIONS:
            self.add_error("talking_points", _("A poll needs at least two options."))
        return cleaned

    @property
    def values(self) -> SegmentValues:
        """What was entered, as a service takes it."""
        entered = self.cleaned_data
        return {
            "kind": entered["kind"],
            "title": entered["title"],
            "duration_s": entered["duration_s"],
            "talking_points": entered["talking_points"],
        }
