"""The staff site, which opens only to staff who have proved a second factor."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts.second_factor import has_second_factor, proved_second_factor
from tenants.models import User


class StaffSite(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and proved_second_factor(request)

    # Visitors log in on allauth's page, so that verified addresses and limits apply to staff; others get 403.
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send staff where they set up or prove their second factor, then back."""
        wanted = _wanted_page(request)
        if self.has_permission(request):
            return redirect(wanted)
        if isinstance(request.user, User) and has_second_factor(request.user):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")
        messages.info(request, _("The staff pages need a second factor. Set one up, then open them again."))
        return redirect("mfa_activate_totp")


def _wanted_page(request: HttpRequest) -> str:
    """Return the page of this site to which the request wants to go; its first page for any other."""
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_own else reverse("admin:index")
