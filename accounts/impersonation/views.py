from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.impersonation.state import end_impersonation, may_impersonate, start_impersonation
from tenants.models import User


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        min_length=10,
        max_length=200,
        help_text=_("The workspace's owner reads it in the audit log. For example: support request 4711."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def impersonation_start(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Ask why, then show Vivavoce as this user. Opened from the user's page of the staff site."""
    user = get_object_or_404(User, id=user_id)
    if not may_impersonate(request, user):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        start_impersonation(request, user, form.cleaned_data["reason"])
        return redirect("/")
    context = {
        **admin.site.each_context(request),
        "form": form,
        "person": user,
        "title": _("Look as %(email)s") % {"email": user.email},
    }
    status = 422 if form.errors else 200
    return render(request, "admin/impersonation_start.html", context, status=status)


@require_POST
def impersonation_end(request: HttpRequest) -> HttpResponse:
    """Leave the other account; without one, lead to the staff site too."""
    found = request.impersonation  # type: ignore[attr-defined]
    end_impersonation(request, found.user if found else None)
    return redirect("admin:index")
