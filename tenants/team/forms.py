from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import Language, Membership

Role = Membership.Role

# Nobody becomes an owner by an invitation: the ownership is transferred.
GRANTED_ROLES = [
    (Role.VIEWER, _("Viewer: watches lives and reads everything")),
    (Role.EDITOR, _("Editor: sets up shows and runs lives")),
    (Role.ADMIN, _("Admin: also manages the team, tokens and keys")),
]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "name@example.com"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=GRANTED_ROLES, initial=Role.EDITOR)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=GRANTED_ROLES)


class NewTenantForm(forms.Form):
    name = forms.CharField(label=_("Name of the workspace"), max_length=100)
    language = forms.ChoiceField(label=_("Language of new shows"), choices=Language)


class TransferForm(forms.Form):
    """Asks for the member who becomes the owner."""

    member = forms.ModelChoiceField(
        label=_("New owner"), queryset=Membership.objects.none(), empty_label=_("Choose a member")
    )

    def __init__(self, *args: Any, owner: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Membership.objects.filter(tenant=owner.tenant, user__is_active=True)
        field = self.fields["member"]
        field.queryset = others.exclude(role=Role.OWNER).select_related("user")  # type: ignore[attr-defined]
        field.label_from_instance = lambda member: member.user.email  # type: ignore[attr-defined]


class ConfirmedNameForm(forms.Form):
    """Asks for a name to be typed, so that nobody deletes the wrong thing."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = expected
        self.fields["name"].label = label

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if name != self._expected.strip():
            raise forms.ValidationError(_("This is not the name. Type it exactly as it is shown."))
        return name
