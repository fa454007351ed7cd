"""Access control of the web app: required roles, and the rows that a URL may name."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from tenants.http import TenantRequest
from tenants.models import ApiToken, Invitation, Membership

P = ParamSpec("P")
View = Callable[Concatenate[TenantRequest, P], HttpResponse]


def member_required(
    role: Membership.Role = Membership.Role.VIEWER,
) -> Callable[[View[P]], Callable[..., Any]]:
    """Allow only members of the tenant with at least `role`; others get a 403 or the log-in page."""

    def decorate(view: View[P]) -> Callable[..., Any]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            membership: Membership | None = request.membership  # type: ignore[attr-defined]
            if membership is None or not membership.may_act_as(role):
                raise PermissionDenied
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        guarded = login_required(wrapper)
        guarded.required_role = role  # type: ignore[attr-defined]  # read by an architecture test
        return guarded

    return decorate


def get_api_token_for(request: TenantRequest, token_id: UUID) -> ApiToken:
    token: ApiToken = get_object_or_404(ApiToken.objects.filter(tenant=request.tenant), id=token_id)
    return token


def get_membership_for(request: TenantRequest, member_id: UUID) -> Membership:
    return get_object_or_404(Membership.objects.filter(tenant=request.tenant), id=member_id)


def get_invitation_for(request: TenantRequest, invitation_id: UUID) -> Invitation:
    """Return an invitation of the workspace that still waits for an answer."""
    waiting = Invitation.objects.filter(tenant=request.tenant, accepted_at=None, revoked_at=None)
    invitation: Invitation = get_object_or_404(waiting, id=invitation_id)
    return invitation
