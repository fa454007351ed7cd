from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import ApiToken, Tenant

if TYPE_CHECKING:
    TenantFormBase = forms.ModelForm[Tenant]
    ApiTokenFormBase = forms.ModelForm[ApiToken]
else:
    TenantFormBase = ApiTokenFormBase = forms.ModelForm


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return UTC and all time zones named by a place, such as Europe/Rome."""
    places = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix"))
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(places))]


class TenantForm(TenantFormBase):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("The times of your lives are shown in this time zone."),
    )

    class Meta:
        model = Tenant
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Name of the workspace"), "language": _("Language of new shows")}


class ApiTokenForm(ApiTokenFormBase):
    class Meta:
        model = ApiToken
        fields = ["name"]
        labels = {"name": _("What is it for?")}
        help_texts = {"name": _("For example: Stream Deck, my website.")}
