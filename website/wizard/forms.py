"""The forms of the wizard's steps."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from livesessions.models.shows import Show
from livesessions.shows.forms.shows import ShowForm
from tenants.forms import TenantForm
from tenants.models import Tenant

if TYPE_CHECKING:
    HandleFormBase = forms.ModelForm[Show]
else:
    HandleFormBase = forms.ModelForm


class YouForm(TenantForm):
    """The workspace's name, its host's language and its time zone."""

    class Meta(TenantForm.Meta):
        model = Tenant
        labels = {"name": _("Your name or brand"), "language": _("Language of your host")}
        help_texts = {"name": _("Viewers may hear it from your host.")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The page's script proposes the browser's own zone where nothing was chosen yet.
        self.fields["time_zone"].widget.attrs["data-time-zone"] = "" if self.is_bound else "propose"


class HandleForm(HandleFormBase):
    handle = ShowForm.base_fields["handle"]

    class Meta:
        model = Show
        fields = ["handle"]

    clean_handle = ShowForm.clean_handle

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["handle"].help_text = _("Your name on TikTok, or any link to your profile or live.")


class RulesForm(forms.Form):
    safe_mode = forms.BooleanField(label=_("Safe mode"), required=False)
    holds_replies = forms.BooleanField(label=_("I approve each answer first"), required=False)
