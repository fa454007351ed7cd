from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from livesessions.models.plans import Segment
from livesessions.shows.forms.minutes import MinutesField
from livesessions.shows.limits import (
    MAX_POINT_LENGTH,
    MAX_POINTS,
    MAX_SEGMENT_S,
    MIN_POLL_OPTIONS,
    MIN_SEGMENT_S,
)
from livesessions.shows.services.plans import SegmentValues
from planner.forms import LinesField

if TYPE_CHECKING:
    SegmentFormBase = forms.ModelForm[Segment]
else:
    SegmentFormBase = forms.ModelForm


class SegmentForm(SegmentFormBase):
    duration_s = MinutesField(least_s=MIN_SEGMENT_S, most_s=MAX_SEGMENT_S, initial=600, label=_("Minutes"))
    talking_points = LinesField(
        most=MAX_POINTS,
        length=MAX_POINT_LENGTH,
        rows=5,
        label=_("Talking points, one a line"),
        help_text=_("What the host may talk about when the chat is quiet. In a poll: the options."),
    )

    class Meta:
        model = Segment
        fields = ["kind", "title", "duration_s", "talking_points"]
        help_texts = {"title": _("The host introduces the segment by this name.")}

    def full_clean(self) -> None:
        """Validate, and focus the first field with an error, for keyboard users."""
        super().full_clean()
        first = next((name for name in self.fields if name in self.errors), "title")
        self.fields[first].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        points = cleaned.get("talking_points")
        if cleaned.get("kind") == Segment.Kind.POLL and points is not None and len(points) < MIN_POLL_OPTIONS:
            self.add_error("talking_points", _("A poll needs at least two options."))
        return cleaned

    @property
    def values(self) -> SegmentValues:
        """The values of `add_segment` and `change_segment`."""
        entered = self.cleaned_data
        return {
            "kind": entered["kind"],
            "title": entered["title"],
            "duration_s": entered["duration_s"],
            "talking_points": entered["talking_points"],
        }
