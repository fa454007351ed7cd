"""Forms of the account: a new password is typed once, because the page can show it; and a new address."""

from typing import Any

from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.account.forms import SetPasswordForm as AllauthSetPasswordForm
from django import forms
from django.utils.translation import gettext_lazy as _


def _ask_plainly(fields: dict[str, forms.Field]) -> None:
    """Ask for the new password once, and take the placeholders away, which repeat the labels."""
    fields.pop("password2", None)
    if "password1" in fields:
        fields["password1"].label = _("New password")
        fields["password1"].help_text = _("8 characters or more")
    for field in fields.values():
        field.widget.attrs.pop("placeholder", None)


class ChangePasswordForm(AllauthChangePasswordForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["oldpassword"].label = _("Current password")
        _ask_plainly(self.fields)


class SetPasswordForm(AllauthSetPasswordForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _ask_plainly(self.fields)


class ResetPasswordKeyForm(AllauthResetPasswordKeyForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _ask_plainly(self.fields)


class AddEmailForm(AllauthAddEmailForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("New e-mail address")
        _ask_plainly(self.fields)
