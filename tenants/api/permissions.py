from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tenants.models import ApiToken, Membership

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time it imports this module


class EditorsWrite(BasePermission):
    """Allows members to read and editors to write; where an operation names a role, those who have it."""

    message: object = gettext_lazy("Your role in this workspace allows reading only.")
    code = "role_too_low"

    def has_permission(self, request: Request, view: "APIView") -> bool:
        membership: Membership | None = request._request.membership  # type: ignore[attr-defined]
        if membership is None:
            return False
        operation = getattr(view, "operations", {}).get(request.method)
        if operation is not None and operation.role:
            self.message = _("Only owners and admins of the workspace may do this.")
            return membership.may_act_as(operation.role)
        return request.method in SAFE_METHODS or membership.may_act_as(Membership.Role.EDITOR)


class HasScope(BasePermission):
    """Allows a token only the operations of its scopes. A method without an operation is refused.

    This is the only place that reads a token's scopes.
    """

    message = ""
    code = "scope_missing"

    def has_permission(self, request: Request, view: "APIView") -> bool:
        method = request.method or ""
        if method.lower() not in view.http_method_names or method == "OPTIONS":
            return True  # answered with 405, or with the names of the methods
        operations: dict[str, Any] = getattr(view, "operations", {})
        operation = operations.get(method)
        if operation is None or not isinstance(request.auth, ApiToken):
            return False
        if operation.scope is None or operation.scope in request.auth.scopes:
            return True
        self.message = _("This token lacks the scope “%(scope)s”. Create a token that has it.") % {
            "scope": operation.scope.value
        }
        return False
