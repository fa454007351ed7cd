"""A user's workspaces: the list, a new one, invitations to others, transfer and deletion."""

from contextlib import suppress
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from redis.exceptions import RedisError

from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.middleware import SESSION_KEY
from tenants.models import Invitation, Language, Membership, Tenant, User
from tenants.services import close_tenant, create_tenant
from tenants.tasks import delete_closed_tenants
from tenants.team.forms import ConfirmedNameForm, NewTenantForm, TransferForm
from tenants.team.invitations import (
    INVITATION_KEY,
    accept_invitation,
    find_invitation,
    invitations_for,
    is_invited,
)
from tenants.team.members import transfer_ownership

OWNER = Membership.Role.OWNER
MAX_OWNED = 20


@require_safe
@login_required
def tenant_list(request: TenantRequest) -> HttpResponse:
    language = (get_language() or "en")[:2]
    initial = {"language": language if language in Language.values else Language.ENGLISH}
    return _tenants(request, NewTenantForm(initial=initial))


@require_POST
@login_required
def tenant_create(request: TenantRequest) -> HttpResponse:
    form = NewTenantForm(request.POST)
    if not form.is_valid():
        return _tenants(request, form, status=422)
    if Membership.objects.filter(user=request.user, role=OWNER).count() >= MAX_OWNED:
        form.add_error(None, _("You own many workspaces already. Delete one first."))
        return _tenants(request, form, status=422)
    zone = {"time_zone": request.tenant.time_zone} if request.tenant else {}
    try:
        tenant = create_tenant(owner=request.user, **form.cleaned_data, **zone)
    except AppError as error:
        form.add_error(None, error.user_message)
        return _tenants(request, form, status=422)
    return _enter(request, tenant)


@require_POST
@login_required
def invitation_join(request: TenantRequest, invitation_id: UUID) -> HttpResponse:
    """Accept an invitation that the user's list of workspaces shows."""
    found = (each for each in invitations_for(request.user) if each.id == invitation_id)
    invitation = next(found, None)
    if invitation is None:
        raise Http404
    return _join(request, invitation)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, key: str) -> HttpResponse:
    """Show the invitation of a link, and accept it. The page is the same with and without an account."""
    invitation = find_invitation(key=key)
    if invitation is None:
        return render(request, "tenants/invitation_ended.html", status=404)
    user = request.user
    if not isinstance(user, User):
        # Log-in and sign-up lead back here. Who has the link has read the mail: the address is verified.
        request.session[INVITATION_KEY] = key
        get_adapter(request).stash_verified_email(request, invitation.email)
    else:
        request.session.pop(INVITATION_KEY, None)
        if request.method == "POST":
            return _join(request, invitation)
    context = {
        "invitation": invitation,
        "is_invited": isinstance(user, User) and is_invited(invitation, user),
        "next": request.path,
    }
    return render(request, "tenants/invitation_accept.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(OWNER)
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def ownership_transfer(request: TenantRequest) -> HttpResponse:
    form = TransferForm(request.POST or None, owner=request.membership)
    if request.method == "POST" and form.is_valid():
        try:
            transfer_ownership(owner=request.membership, to=form.cleaned_data["member"])
        except AppError as error:
            form.add_error("member", error.user_message)
        else:
            new = form.cleaned_data["member"].user.email
            messages.success(
                request, _("%(email)s owns this workspace now. You are an admin.") % {"email": new}
            )
            return redirect("tenants:team_list")
    status = 422 if form.errors else 200
    return render(request, "tenants/ownership_transfer.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(OWNER)
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def tenant_delete(request: TenantRequest) -> HttpResponse:
    label = _("Type “%(name)s” to confirm") % {"name": request.tenant.name}
    form = ConfirmedNameForm(request.POST or None, expected=request.tenant.name, label=label)
    if request.method == "POST" and form.is_valid():
        try:
            close_tenant(tenant=request.tenant)
        except AppError as error:
            form.add_error(None, error.user_message)
        else:
            with suppress(RedisError, OSError):  # a nightly job deletes what is left over
                delete_closed_tenants()
            messages.success(request, _("%(name)s is deleted.") % {"name": request.tenant.name})
            return redirect("tenants:tenant_list")
    status = 422 if form.errors else 200
    return render(request, "tenants/tenant_delete.html", {"form": form}, status=status)


def _join(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # for the type checker: the caller has looked
    try:
        accept_invitation(invitation=invitation, user=user)
    except AppError as error:
        messages.error(request, error.user_message)
        return redirect("tenants:tenant_list")
    messages.success(request, _("Welcome to %(workspace)s.") % {"workspace": invitation.tenant.name})
    return _enter(request, invitation.tenant)


def _enter(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """Make a workspace the current one, and open its first page."""
    request.session[SESSION_KEY] = str(tenant.id)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _tenants(request: TenantRequest, form: NewTenantForm, *, status: int = 200) -> HttpResponse:
    memberships = Membership.objects.filter(user=request.user).select_related("tenant")
    context = {
        "form": form,
        "memberships": memberships.order_by("tenant__name"),
        "invitations": invitations_for(request.user),
    }
    return render(request, "tenants/tenant_list.html", context, status=status)
