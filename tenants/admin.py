"""The staff site. Staff see all tenants: admins of tenant-owned models inherit from `AcrossTenantsAdmin`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from tenants import audit
from tenants.models import ApiToken, AuditEntry, Invitation, Membership, Tenant, User
from tenants.services import revoke_api_token
from tenants.team.invitations import revoke_invitation

P = ParamSpec("P")


def across_tenants(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Run a view, and render its template, outside any tenant's scope."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with scopes_disabled():
            response = view(*args, **kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    return wrapper


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Records in the audit log what staff add, change and delete."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        audit.record("staff.added", obj, detail={"changes": message})
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        audit.record("staff.changed", obj, detail={"changes": message})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            audit.record("staff.deleted", obj)
        return super().log_deletions(request, queryset)


class AcrossTenantsAdmin(AuditedAdmin):
    """Shows the rows of all tenants, independent of the staff member's own tenant."""

    ordering = ["-created_at"]
    list_per_page = 50
    show_full_result_count = False

    changelist_view = across_tenants(admin.ModelAdmin.changelist_view)
    changeform_view = across_tenants(admin.ModelAdmin.changeform_view)
    delete_view = across_tenants(admin.ModelAdmin.delete_view)
    history_view = across_tenants(admin.ModelAdmin.history_view)

    def get_queryset(self, request: HttpRequest) -> Any:
        with scopes_disabled():  # autocomplete does not use the views above
            return super().get_queryset(request)


class ReadOnlyAdmin(AcrossTenantsAdmin):
    """Shows rows without allowing changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Does not add users: people sign up, and `manage.py createsuperuser` creates staff."""

    list_display = ["email", "name", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["-date_joined"]
    fields = [
        "email",
        "name",
        "is_active",
        "is_staff",
        "is_superuser",
        "groups",
        "user_permissions",
        "date_joined",
        "last_login",
    ]
    filter_horizontal = ["groups", "user_permissions"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Return the fixed fields; for all but superusers, also those that give rights."""
        rights = ["is_staff", "is_superuser", "groups", "user_permissions"]
        superuser = isinstance(request.user, User) and request.user.is_superuser
        return ["email", "date_joined", "last_login", *([] if superuser else rights)]


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Tenant)
class TenantAdmin(AcrossTenantsAdmin):
    list_display = ["name", "slug", "language", "plan", "created_at"]
    list_filter = ["plan", "language"]
    search_fields = ["name", "slug", "members__email"]
    inlines = [MembershipInline]


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    list_display = ["user", "tenant", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "tenant"]
    search_fields = ["user__email", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["user", "tenant"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Shows invitations without their keys; staff can revoke them."""

    list_display = ["email", "tenant", "role", "invited_by", "sent_at", "accepted_at", "revoked_at"]
    list_filter = [
        "role",
        ("accepted_at", admin.EmptyFieldListFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["tenant", "invited_by"]
    search_fields = ["email", "tenant__name", "invited_by__email"]
    exclude = ["key_hash"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke the chosen invitations"))
    def revoke(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        for invitation in invitations:
            revoke_invitation(invitation=invitation)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Shows API tokens without their keys; staff can revoke them."""

    list_display = ["name", "prefix", "tenant", "created_by", "created_at", "last_used_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["tenant", "created_by"]
    search_fields = ["name", "prefix", "tenant__name", "created_by__email"]
    exclude = ["key_hash"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke the chosen tokens"))
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        for token in tokens:
            revoke_api_token(token=token)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Shows the audit log, newest first."""

    list_display = ["at", "tenant", "actor_kind", "actor", "address", "verb", "object_type", "object_label"]
    list_filter = ["actor_kind", "verb", "object_type"]
    list_select_related = ["tenant"]
    search_fields = ["object_id", "object_label", "tenant__name", "tenant__slug"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> Any:
        emails = User.objects.filter(id=OuterRef("user_id")).values("email")
        return super().get_queryset(request).annotate(email=Subquery(emails[:1]))

    @admin.display(description=_("Actor"))
    def actor(self, entry: AuditEntry) -> str:
        email = getattr(entry, "email", None)
        person = email or (str(entry.user_id) if entry.user_id else "")
        return " · ".join(filter(None, (person, entry.actor_label)))


# Registered again below, so that the audit log records the rights that they give.
admin.site.unregister([EmailAddress, Group])


@admin.register(EmailAddress)
class AuditedEmailAddressAdmin(AuditedAdmin, EmailAddressAdmin):  # type: ignore[misc]
    """A user's e-mail addresses, and whether they are verified."""


@admin.register(Group)
class AuditedGroupAdmin(AuditedAdmin, GroupAdmin):
    """Groups of the staff's rights."""
