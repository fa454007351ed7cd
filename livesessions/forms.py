import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from livesessions.models import LiveSession, Show
from livesessions.models.shows import handle_validator

if TYPE_CHECKING:
    ShowFormBase = forms.ModelForm[Show]
else:
    ShowFormBase = forms.ModelForm

PROFILE_URL = re.compile(r"^(?:https?://)?(?:[a-z]+\.)?tiktok\.com/@(?P<handle>[^/?#\s]+)", re.IGNORECASE)


class ShowForm(ShowFormBase):
    # Wider than the column: a profile's address may be pasted, and is cut down to the handle.
    handle = forms.CharField(
        label=_("TikTok handle"),
        max_length=300,
        required=False,
        help_text=_("Whose chat the host reads. Leave it empty to try the host with a simulated chat."),
        widget=forms.TextInput(
            attrs={"placeholder": "@", "autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    class Meta:
        model = Show
        fields = ["name", "handle", "language"]
        labels = {"name": _("Name of the show"), "language": _("Language of the host")}
        help_texts = {
            "name": _("Only you see it."),
            "language": _("The host speaks it, and its voice is chosen for it. It stays as it is for good."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["language"]

    def clean_handle(self) -> str:
        """Accept a handle with or without its @, or the address of a profile."""
        raw: str = self.cleaned_data["handle"]
        address = PROFILE_URL.match(raw)
        handle = (address["handle"] if address else raw).removeprefix("@")
        if handle:
            handle_validator(handle)
        return handle


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
        label=_("Simulated lines a minute"), min_value=10, max_value=120, initial=30, required=False
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
