"""The forms that take a code of the second factor, with limited tries."""

from math import ceil
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.log_in_limits import forget_code_tries, take_code_try, use_code_once
from accounts.second_factor import note_second_factor
from providers.errors import SecretUnreadable
from tenants.models import User


class LimitedTries:
    """Counts the tries of a form's code by account and address, and apart for known devices."""

    user: User

    def clean_code(self) -> str:
        wait_s = take_code_try(context.request, self.user.email)
        if wait_s:
            raise ValidationError(_too_many_codes(wait_s), code="too_many_login_attempts")
        code = self._check_code()
        forget_code_tries(context.request, self.user.email)
        return code

    def _check_code(self) -> str:
        try:
            return super().clean_code()  # type: ignore[misc,no-any-return]  # of the library's form
        except SecretUnreadable:
            text = _("Your second factor cannot be read any more. Ask whoever runs Vivavoce to remove it.")
            raise ValidationError(text) from None


class UsedOnce(LimitedTries):
    """Refuses a code that was used before, for as long as it would be valid."""

    def _check_code(self) -> str:
        code = super()._check_code()
        if not use_code_once(self.user.email, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(UsedOnce, base_forms.AuthenticateForm):  # type: ignore[misc]
    """Takes the code at the log-in."""


class ReauthenticateForm(UsedOnce, base_forms.ReauthenticateForm):  # type: ignore[misc]
    """Takes the code again before something important."""


class ActivateTOTPForm(LimitedTries, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """Takes the first code of a new app, which proves it."""

    def _check_code(self) -> str:
        code = super()._check_code()
        note_second_factor(context.request, self.user)
        return code


def _too_many_codes(wait_s: float) -> str:
    minutes: Any = ceil(wait_s / 60)
    return ngettext(
        "Too many wrong codes. Wait %(minutes)d minute.",
        "Too many wrong codes. Wait %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


class LogInWithPasskeyForm(webauthn_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Takes a passkey at the log-in; what is none is refused like a wrong one."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # The library reads whatever was sent as if it were well formed.
            raise get_adapter().validation_error("incorrect_code") from error
