"""The page of a workspace's team: members, roles and invitations."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.access import get_invitation_for, get_membership_for, member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.models import Invitation, Membership
from tenants.team.forms import GRANTED_ROLES, InvitationForm, RoleForm
from tenants.team.invitations import create_invitation, open_invitations, renew_invitation, revoke_invitation
from tenants.team.mails import send_invitation
from tenants.team.members import change_role, leave_tenant, remove_member

ADMIN = Membership.Role.ADMIN
MAX_SHOWN = 200
RISING = sorted(Membership.RANK, key=lambda role: Membership.RANK[role])


@require_safe
@member_required()
def team_list(request: TenantRequest) -> HttpResponse:
    return _team(request, InvitationForm())


@require_POST
@member_required(ADMIN)
def invitation_create(request: TenantRequest) -> HttpResponse:
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _team(request, form, status=422)
    try:
        invitation, key = create_invitation(tenant=request.tenant, by=request.user, **form.cleaned_data)
    except AppError as error:
        form.add_error("email", error.user_message)
        return _team(request, form, status=422)
    return _sent(request, invitation, key)


@require_POST
@member_required(ADMIN)
def invitation_renew(request: TenantRequest, invitation_id: UUID) -> HttpResponse:
    invitation = get_invitation_for(request, invitation_id)
    try:
        key = renew_invitation(invitation=invitation)
    except AppError as error:
        return _refused(request, error)
    return _sent(request, invitation, key)


@require_POST
@member_required(ADMIN)
def invitation_revoke(request: TenantRequest, invitation_id: UUID) -> HttpResponse:
    invitation = get_invitation_for(request, invitation_id)
    revoke_invitation(invitation=invitation)
    messages.success(request, _("Withdrawn. The link in the mail no longer works."))
    return redirect("tenants:team_list")


@require_POST
@member_required(ADMIN)
def member_change(request: TenantRequest, member_id: UUID) -> HttpResponse:
    member = get_membership_for(request, member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("tenants:team_list")
    try:
        change_role(member=member, role=form.cleaned_data["role"])
    except AppError as error:
        return _refused(request, error)
    messages.success(request, _("Saved. The new role applies at once."))
    return redirect("tenants:team_list")


@require_POST
@member_required(ADMIN)
def member_remove(request: TenantRequest, member_id: UUID) -> HttpResponse:
    member = get_membership_for(request, member_id)
    try:
        remove_member(member=member, by=request.membership)
    except AppError as error:
        return _refused(request, error)
    messages.success(request, _("Removed. Their open pages and API tokens no longer work."))
    return redirect("tenants:team_list")


@require_POST
@member_required()
def tenant_leave(request: TenantRequest) -> HttpResponse:
    try:
        leave_tenant(member=request.membership)
    except AppError as error:
        return _refused(request, error)
    messages.success(request, _("You have left %(workspace)s.") % {"workspace": request.tenant.name})
    return redirect("tenants:tenant_list")


def _sent(request: TenantRequest, invitation: Invitation, key: str) -> HttpResponse:
    if send_invitation(request, invitation, key):
        said = _("Invitation sent to %(email)s. The link works for 7 days.")
        messages.success(request, said % {"email": invitation.email})
    else:
        messages.error(request, _("The mail could not be sent. Wait a minute, then use “Send again”."))
    return redirect("tenants:team_list")


def _refused(request: TenantRequest, error: AppError) -> HttpResponse:
    messages.error(request, error.user_message)
    return redirect("tenants:team_list")


def _team(request: TenantRequest, form: InvitationForm, *, status: int = 200) -> HttpResponse:
    may_manage = request.membership.may_act_as(ADMIN)
    members = Membership.objects.filter(tenant=request.tenant).select_related("user")[:MAX_SHOWN]
    context: dict[str, Any] = {
        "form": form,
        "members": sorted(members, key=lambda each: (-RISING.index(each.role), each.user.email)),
        "invitations": open_invitations(request.tenant).select_related("invited_by") if may_manage else [],
        "may_manage": may_manage,
        "roles": [(value, value.label) for value, _description in GRANTED_ROLES],
    }
    return render(request, "tenants/team_list.html", context, status=status)
