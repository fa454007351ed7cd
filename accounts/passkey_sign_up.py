"""Signing up with a passkey instead of a password.

The mail carries a link as always. It logs in the browser that has signed up; that browser then asks the
device for the passkey, and only afterwards leads on.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import SignupView
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.http import TenantRequest
from tenants.models import User

AFTERWARDS_KEY = "after_passkey"  # of the log-in session: the path to which a new member goes on


class SignUpWithPasskeyView(SignupView):  # type: ignore[misc]  # the library has no types
    """Asks for an address only."""

    template_name = "account/signup_with_passkey.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by_passkey": True}

    def get_success_url(self) -> str:
        """Return the page that creates the passkey; what follows it is noted in the session."""
        usual = get_adapter().get_signup_redirect_url(self.request)
        self.request.session[AFTERWARDS_KEY] = super().get_success_url() or usual
        return reverse("mfa_add_webauthn")


sign_up_with_passkey = SignUpWithPasskeyView.as_view()


@require_safe
@login_required
def sign_up_end(request: TenantRequest) -> HttpResponse:
    """Lead a member who has created the passkey of a sign-up to the invitation or the set-up."""
    return redirect(request.session.pop(AFTERWARDS_KEY, reverse("website:front_page")))


def has_no_way_in(user: User) -> bool:
    """Return whether the user has neither a password nor a passkey."""
    factors = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return not user.has_usable_password() and not factors.exists()


def note_new_passkey(request: HttpRequest, user: User) -> None:
    """Let a member without a password see the recovery codes: the device has just proved who it is."""
    if not user.has_usable_password():
        record_authentication(request, user, method="mfa", type="webauthn", reauthenticated=True)
