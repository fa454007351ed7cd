"""How allauth logs people in here: with our limits, and with devices that are known."""

from math import ceil
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.known_devices import remember_device
from accounts.log_in_limits import forget_password_tries, take_password_try
from tenants.models import User
from tenants.team.invitations import INVITATION_KEY


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
        if key := request.session.pop(INVITATION_KEY, None):
            return reverse("tenants:invitation_accept", args=[key])
        usual: str = super().get_login_redirect_url(request)
        return usual

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def post_login(
        self, request: HttpRequest, user: User, *, email: str | None, **options: Any
    ) -> HttpResponse:
        """Finish a log-in, after the second factor if there is one."""
        response: HttpResponse = super().post_login(request, user, email=email, **options)
        remember_device(request, response, [user.email, *([email] if email else [])])
        return response


def too_many_tries(wait_s: float) -> str:
    """Return the text for somebody who has to wait."""
    minutes = ceil(wait_s / 60)
    return ngettext(
        "Too many wrong tries. Wait %(minutes)d minute, or choose a new password by e-mail.",
        "Too many wrong tries. Wait %(minutes)d minutes, or choose a new password by e-mail.",
        minutes,
    ) % {"minutes": minutes}
