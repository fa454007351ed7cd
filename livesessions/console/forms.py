from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show


class SessionForm(forms.Form):
    source = forms.ChoiceField(
        label=_("Which chat does the host read?"),
        choices=[
            (LiveSession.Source.TIKTOK, LiveSession.Source.TIKTOK.label),
            (LiveSession.Source.SIMULATOR, LiveSession.Source.SIMULATOR.label),
            (LiveSession.Source.BRIDGE, LiveSession.Source.BRIDGE.label),
        ],
    )
    rate_per_minute = forms.IntegerField(
        label=_("Simulated messages per minute"), min_value=10, max_value=120, initial=30, required=False
    )

    def __init__(self, *args: Any, show: Show, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["source"] = LiveSession.Source.TIKTOK if show.handle else LiveSession.Source.SIMULATOR

    @property
    def source_options(self) -> dict[str, Any]:
        if self.cleaned_data["source"] != LiveSession.Source.SIMULATOR:
            return {}
        return {"rate_per_minute": self.cleaned_data["rate_per_minute"] or 30}


class SayForm(forms.Form):
    text = forms.CharField(label=_("Say a line"), max_length=300)


class ApprovalForm(forms.Form):
    text = forms.CharField(label=_("The host's answer"), max_length=500)
