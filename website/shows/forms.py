"""The forms of a show's tabs on which its persona, voice and rules are chosen."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_scopes.forms import SafeModelChoiceField

from livesessions.models.shows import Show
from moderation.models import Policy
from planner.models import Persona
from speech.models import VoiceProfile

if TYPE_CHECKING:
    ShowFormBase = forms.ModelForm[Show]
else:
    ShowFormBase = forms.ModelForm

GONE = _("This one is gone. Choose another.")


class ShowTabForm(ShowFormBase):
    """A form of some of a show's fields; what it offers belongs to the show's workspace."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tenant_id = self.instance.tenant_id
        offered: dict[str, QuerySet[Any]] = {
            "persona": Persona.objects.filter(tenant=tenant_id),
            "voice": VoiceProfile.objects.filter(tenant=tenant_id),
            "policy": Policy.objects.filter(tenant=tenant_id),
        }
        for name in offered.keys() & self.fields.keys():
            self.fields[name] = forms.ModelChoiceField(
                offered[name], error_messages={"invalid_choice": GONE, "required": GONE}
            )

    @property
    def changes(self) -> dict[str, Any]:
        """The changed values, as arguments of `change_show`."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ShowHostForm(ShowTabForm):
    class Meta:
        model = Show
        fields = ["persona", "facts"]
        field_classes = {"persona": SafeModelChoiceField}
        labels = {"facts": _("Facts about the show")}
        help_texts = {"facts": _("Dates, names, prices, places. The host states only facts from here.")}
        widgets = {"facts": forms.Textarea(attrs={"rows": 6})}


class ShowVoiceForm(ShowTabForm):
    class Meta:
        model = Show
        fields = ["voice"]
        field_classes = {"voice": SafeModelChoiceField}


class ShowRulesForm(ShowTabForm):
    class Meta:
        model = Show
        fields = ["policy", "holds_replies"]
        field_classes = {"policy": SafeModelChoiceField}
        labels = {"holds_replies": _("Hold answers until somebody approves them")}
