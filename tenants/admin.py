"""The staff's pages. Staff look across tenants: every tenant-owned model's builds on `AcrossTenantsAdmin`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from tenants.models import ApiToken, Membership, Tenant, User
from tenants.services import revoke_api_token

P = ParamSpec("P")

# Through allauth's page: verified addresses and a limit on failed tries hold for staff too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def across_tenants(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Run a view with no tenant's scope. It is rendered here too: that is when its queries run."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with scopes_disabled():
            response = view(*args, **kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    return wrapper


class AcrossTenantsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows the rows of all tenants, whichever tenant the member of staff uses elsewhere."""

    ordering = ["-created_at"]
    list_per_page = 50
    show_full_result_count = False

    changelist_view = across_tenants(admin.ModelAdmin.changelist_view)
    changeform_view = across_tenants(admin.ModelAdmin.changeform_view)
    delete_view = across_tenants(admin.ModelAdmin.delete_view)
    history_view = across_tenants(admin.ModelAdmin.history_view)

    def get_queryset(self, request: HttpRequest) -> Any:
        with scopes_disabled():  # autocomplete asks outside the views above
            return super().get_queryset(request)


class ReadOnlyAdmin(AcrossTenantsAdmin):
    """Shows what happened; what happened is not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """People sign up themselves; staff are made with `manage.py createsuperuser`."""

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
        """Only a superuser gives power away."""
        powers = ["is_staff", "is_superuser", "groups", "user_permissions"]
        superuser = isinstance(request.user, User) and request.user.is_superuser
        return ["email", "date_joined", "last_login", *([] if superuser else powers)]


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
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "tenant", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "tenant"]
    search_fields = ["user__email", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["user", "tenant"]


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Its key was shown once, to its maker; staff can see that it exists, and revoke it."""

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
