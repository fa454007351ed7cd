from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants import services
from tenants.access import get_api_token_for, member_required
from tenants.forms import ApiTokenForm, TenantForm, time_zones
from tenants.http import TenantRequest, public_address
from tenants.middleware import SESSION_KEY
from tenants.models import ApiToken, Membership

ADMIN = Membership.Role.ADMIN


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(ADMIN)
def tenant_edit(request: TenantRequest) -> HttpResponse:
    form = TenantForm(request.POST or None, instance=request.tenant)
    if request.method == "POST":
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("tenants:tenant_edit")
        request.tenant.refresh_from_db()  # the page around the form shows the stored values
    context = {"form": form, "time_zones": time_zones()}
    return render(request, "tenants/tenant_edit.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def tenant_switch(request: TenantRequest) -> HttpResponse:
    """Switch to another workspace of the user; 404 for other workspaces."""
    asked = request.POST.get("tenant")
    tenant = next((tenant for tenant in request.user.tenants.all() if tenant.slug == asked), None)
    if tenant is None:
        raise Http404
    request.session[SESSION_KEY] = str(tenant.id)
    return redirect("website:front_page")


@require_safe
@member_required(ADMIN)
def api_token_list(request: TenantRequest) -> HttpResponse:
    return _tokens(request, form=ApiTokenForm())


@never_cache
@require_POST
@member_required(ADMIN)
def api_token_create(request: TenantRequest) -> HttpResponse:
    """Create a token and return the page without a redirect: it shows the key, which is not stored."""
    form = ApiTokenForm(request.POST)
    if not form.is_valid():
        return _tokens(request, form=form, status=422)
    _token, key = services.create_api_token(
        tenant=request.tenant,
        user=request.user,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        lifetime=form.chosen_lifetime,
    )
    return _tokens(request, form=ApiTokenForm(), key=key)


@require_POST
@member_required(ADMIN)
def api_token_revoke(request: TenantRequest, token_id: UUID) -> HttpResponse:
    services.revoke_api_token(token=get_api_token_for(request, token_id))
    if not request.htmx:
        return redirect("tenants:api_token_list")
    return _tokens(request, form=ApiTokenForm())


def _tokens(request: TenantRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    tokens = ApiToken.objects.filter(tenant=request.tenant).select_related("created_by")
    addresses = {name: public_address(request, reverse(f"api:{name}")) for name in ("shows", "sessions")}
    part = "#tokens" if request.htmx else ""
    return render(
        request,
        f"tenants/api_token_list.html{part}",
        {"tokens": tokens, "addresses": addresses, **context},
        status=status,
    )
