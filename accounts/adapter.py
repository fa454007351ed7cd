"""How allauth logs people in here: with our limits, and with devices that are known."""

from math import ceil
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.known_devices import remember_device
from accounts.log_in_limits import forget_password_tries, take_password_try
from accounts.passkey_sign_up import has_no_way_in
from interface.mails import build_mail
from tenants.models import User
from tenants.team.invitations import INVITATION_KEY

SITE = SimpleNamespace(name="Vivavoce", domain="vivavoce")
CONFIRMED = "account/messages/email_confirmed.txt"
# What the button of a mail says.
ACTIONS = {
    "email_confirmation": gettext_lazy("Confirm the address"),
    "email_confirmation_signup": gettext_lazy("Confirm and start"),
    "password_reset_key": gettext_lazy("Choose a new password"),
    "account_already_exists": gettext_lazy("Choose a new password"),
    "unknown_account": gettext_lazy("Create an account"),
    "invitation": gettext_lazy("Accept the invitation"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Limits tries by account and address, and remembers devices on which an account has logged in."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        wait_s = take_password_try(request, credentials.get("email", ""))
        if wait_s:
            raise ValidationError(too_many_tries(wait_s), code="too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user of these credentials, and stop counting their wrong tries from here."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            forget_password_tries(request, credentials.get("email", ""))
        return user

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Stop counting the wrong tries of somebody who has chosen a new password."""
        forget_password_tries(request, credentials.get("email", ""))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the page of the invitation that the visitor has opened; without one, the usual page."""
        usual: str = super().get_login_redirect_url(request)
        return _opened_invitation(request) or usual

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Return likewise where a new account begins: at the invitation, or with the set-up."""
        usual: str = super().get_signup_redirect_url(request)
        return _opened_invitation(request) or usual

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMultiAlternatives:
        """Return a mail in our look, from the library's subject and text."""
        plain = super().render_mail(template_prefix, email, context, headers)
        action = ACTIONS.get(template_prefix.rpartition("/")[2], "")
        return build_mail(to=plain.to, subject=plain.subject, text=plain.body, action=str(action))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that names Vivavoce instead of the host's address."""
        super().send_mail(template_prefix, email, {"current_site": SITE, **context})

    def add_message(self, request: HttpRequest, level: int, *args: Any, **options: Any) -> None:
        """Leave out that an address is confirmed: the page that follows says it."""
        if CONFIRMED not in (*args, options.get("message_template")):
            super().add_message(request, level, *args, **options)

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Return where a confirmed address leads: to the log-in, with what to do there, unless logged in.

        Who has signed up with a passkey in another browser has nothing yet to log in with: a password helps.
        """
        if not self.request.user.is_authenticated:
            if has_no_way_in(email_address.user):
                messages.warning(
                    self.request,
                    _(
                        "Confirmed. There is no passkey yet: enter your address, and we mail you a link"
                        " to choose a password."
                    ),
                )
                return reverse("account_reset_password")
            messages.success(self.request, _("Confirmed. Now log in."))
        url: str = super().get_email_verification_redirect_url(email_address)
        return url

    def post_login(
        self, request: HttpRequest, user: User, *, email: str | None, **options: Any
    ) -> HttpResponse:
        """Finish a log-in, after the second factor if there is one."""
        response: HttpResponse = super().post_login(request, user, email=email, **options)
        remember_device(request, response, [user.email, *([email] if email else [])])
        return response


def _opened_invitation(request: HttpRequest) -> str:
    key = request.session.pop(INVITATION_KEY, None)
    return reverse("tenants:invitation_accept", args=[key]) if key else ""


def too_many_tries(wait_s: float) -> str:
    """Return the text for somebody who has to wait."""
    minutes = ceil(wait_s / 60)
    return ngettext(
        "Too many wrong tries. Wait %(minutes)d minute, or choose a new password by e-mail.",
        "Too many wrong tries. Wait %(minutes)d minutes, or choose a new password by e-mail.",
        minutes,
    ) % {"minutes": minutes}
