from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import User
from tenants.names import refuse_direction_controls

if TYPE_CHECKING:
    NameFormBase = forms.ModelForm[User]
else:
    NameFormBase = forms.ModelForm


class NameForm(NameFormBase):
    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        validators=[refuse_direction_controls],
        help_text=_("Your team sees it. Without a name it sees the first part of your e-mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    class Meta:
        model = User
        fields = ["name"]


class DeletionForm(forms.Form):
    """Asks for the account's address to be typed, so that nobody deletes it by mistake."""

    email = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = user.email
        self.fields["email"].label = _("Type “%(email)s” to confirm") % {"email": user.email}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if email != self._expected:
            raise forms.ValidationError(_("This is not your address. Type it exactly as it is shown."))
        return email
