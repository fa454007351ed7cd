"""The pages of a user's own account."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.account_forms import DeletionForm, NameForm
from accounts.services import delete_account, end_log_in, end_log_ins
from tenants.devices import describe_device
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.team.members import tenants_owned_alone


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account_edit(request: TenantRequest) -> HttpResponse:
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST":
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("accounts:account_edit")
        request.user.refresh_from_db()  # the page around the form shows the stored name
    kinds = Authenticator.objects.filter(user=request.user).values_list("type", flat=True)
    context = {
        "form": form,
        "has_app": Authenticator.Type.TOTP in kinds,
        "passkeys": sum(kind == Authenticator.Type.WEBAUTHN for kind in kinds),
    }
    return render(request, "accounts/account_edit.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def log_in_list(request: TenantRequest) -> HttpResponse:
    """Show the devices on which the user is logged in; ended log-ins are removed from the list."""
    UserSession.objects.create_from_request(request)  # a log-in from before these were listed
    found = UserSession.objects.purge_and_list(request.user)
    rows = [
        {
            "log_in": each,
            "device": describe_device(each.user_agent),
            "is_here": each.session_key == request.session.session_key,
        }
        for each in sorted(found, key=lambda each: each.created_at, reverse=True)
    ]
    rows.sort(key=lambda row: not row["is_here"])
    return render(request, "accounts/log_in_list.html", {"rows": rows})


@require_POST
@login_required
def log_in_end(request: TenantRequest, log_in_id: int) -> HttpResponse:
    end_log_in(log_in=get_object_or_404(UserSession, user=request.user, id=log_in_id))
    messages.success(request, _("Logged out on that device."))
    return redirect("accounts:log_in_list")


@require_POST
@login_required
def log_in_end_others(request: TenantRequest) -> HttpResponse:
    ended = end_log_ins(user=request.user, keep=request.session.session_key or "")
    said = ngettext("Logged out on %(ended)d device.", "Logged out on %(ended)d devices.", ended)
    messages.success(request, said % {"ended": ended})
    return redirect("accounts:log_in_list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def account_delete(request: TenantRequest) -> HttpResponse:
    user = request.user
    form = DeletionForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            delete_account(user=user)
        except AppError as error:
            form.add_error(None, error.user_message)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("account_login")
    context = {"form": form, "owned": tenants_owned_alone(user)}
    return render(request, "accounts/account_delete.html", context, status=422 if form.errors else 200)
