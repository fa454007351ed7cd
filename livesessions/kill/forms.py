from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from livesessions.models.kills import EmergencyLink
from livesessions.models.shows import Show
from tenants.models import Tenant

if TYPE_CHECKING:
    ShowChoice = forms.ModelChoiceField[Show]
else:
    ShowChoice = forms.ModelChoiceField

NAME_LENGTH = EmergencyLink._meta.get_field("name").max_length


class EmergencyLinkForm(forms.Form):
    """The name of a new emergency link, and the show whose lives it ends."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, help_text=_("Who has it, such as “My phone” or “Giulia”.")
    )
    show = ShowChoice(
        label=_("Ends the lives of"),
        queryset=Show.objects.none(),
        required=False,
        empty_label=_("All shows of this workspace"),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["show"].queryset = Show.objects.filter(tenant=tenant).order_by("name")  # type: ignore[attr-defined]
