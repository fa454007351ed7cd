from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import ApiToken, Scope, Tenant

if TYPE_CHECKING:
    TenantFormBase = forms.ModelForm[Tenant]
    ApiTokenFormBase = forms.ModelForm[ApiToken]
else:
    TenantFormBase = ApiTokenFormBase = forms.ModelForm


NEVER = "never"
REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def time_zones() -> list[str]:
    """Return UTC and all time zones named by a place, such as Europe/Rome."""
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(REGIONS))]


class TenantForm(TenantFormBase):
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Type a city, such as Rome or New York. Times are shown in this zone."),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Tenant
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Name of the workspace"), "language": _("Language of new shows")}

    def clean_time_zone(self) -> str:
        """Return the zone's name; "europe/rome" and "New York" are understood."""
        typed = self.cleaned_data["time_zone"].strip().replace(" ", "_").lower()
        for name in time_zones():
            if typed in (name.lower(), name.rpartition("/")[2].lower()):
                return name
        raise forms.ValidationError(_("There is no such time zone. Choose one from the list."))


class ApiTokenForm(ApiTokenFormBase):
    """A new token: its name, its scopes, and for how long it works."""

    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ, Scope.LIVE],
        error_messages={"required": _("Choose at least one.")},
    )
    lifetime = forms.ChoiceField(
        label=_("Expires"),
        choices=[
            ("30", _("In 30 days")),
            ("90", _("In 90 days")),
            ("365", _("In a year")),
            (NEVER, _("Never")),
        ],
        initial="365",
    )

    class Meta:
        model = ApiToken
        fields = ["name"]
        labels = {"name": _("What is it for?")}
        help_texts = {"name": _("For example: Stream Deck, my website.")}

    @property
    def chosen_lifetime(self) -> timedelta | None:
        """Return how long the token works; None for ever."""
        days = self.cleaned_data["lifetime"]
        return None if days == NEVER else timedelta(days=int(days))
