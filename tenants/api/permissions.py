from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tenants.models import Membership

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time it imports this module


class EditorsWrite(BasePermission):
    """Allows every member to read, and editors and higher roles to write."""

    message = _("Your role in this workspace allows reading only.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        membership: Membership | None = request._request.membership  # type: ignore[attr-defined]
        if membership is None:
            return False
        return request.method in SAFE_METHODS or membership.may_act_as(Membership.Role.EDITOR)
