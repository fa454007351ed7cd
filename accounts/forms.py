"""Forms that do the same work for an address that is known and for one that is not.

Otherwise the time of the answer would tell strangers who has an account here.
"""

import secrets
from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.account.signals import user_signed_up
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.log_in_limits import take_reset_mail
from tenants.models import User

EMAIL_LABEL = _("E-mail")


class LogInForm(LoginForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"].label = EMAIL_LABEL


class SignUpForm(SignupForm):  # type: ignore[misc]  # the library has no types
    """Asks for an address and, once, for a password: the page can show what was typed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = EMAIL_LABEL
        if "password1" in self.fields:  # with a passkey there is none
            self.fields["password1"].help_text = _("8 characters or more")

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Create the user; for a known address create one and take it back, then write to the address."""
        if self.account_already_exists:
            self._create_and_take_back(request)
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def _create_and_take_back(self, request: HttpRequest) -> None:
        email = self.cleaned_data["email"]
        self.account_already_exists = False
        self.cleaned_data["email"] = f"{secrets.token_hex(16)}@sign-up.invalid"
        try:
            with transaction.atomic():
                user = self.save(request)
                user_signed_up.send(sender=User, request=request, user=user)
                _read_what_a_confirmation_reads(user)
                transaction.set_rollback(True)
        finally:
            self.account_already_exists = True
            self.cleaned_data["email"] = email


def _read_what_a_confirmation_reads(user: User) -> None:
    addresses = EmailAddress.objects.filter(user_id=user.id)
    addresses.filter(verified=True).exists()
    for address in addresses:
        str(address.user)


class ResetPasswordForm(AllauthResetPasswordForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = EMAIL_LABEL

    def save(self, request: HttpRequest, **options: object) -> str:
        """Send the link; to an unknown address send that it is unknown, after the queries of a link.

        After many mails none is sent, and the answer stays the same: who asks for somebody else must not keep
        the owner from asking, nor fill the mailbox. The links that were sent stay good.
        """
        requested: str = self.cleaned_data["email"]
        if not take_reset_mail(requested):
            return requested
        if not self.users:
            nobody = secrets.token_hex(16)
            for _ in range(2):  # as many as `EmailAwarePasswordResetTokenGenerator` makes
                list(EmailAddress.objects.filter(user__email=nobody))
        super().save(request, **options)
        return requested
