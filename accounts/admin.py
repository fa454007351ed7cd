from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.admin import AuditedAdmin

# The library's own page would show the secrets.
admin.site.unregister(Authenticator)
# Providers come from the environment, and tokens are not stored.
admin.site.unregister([SocialApp, SocialToken])


@admin.register(Authenticator)
class SecondFactorAdmin(AuditedAdmin):
    """Shows who has a second factor, without its secrets. Staff can remove it when a phone is lost."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]
    readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        """Remove the whole second factor: recovery codes are of no use without an app, and the reverse."""
        Authenticator.objects.filter(user_id=obj.user_id).delete()

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Authenticator]") -> None:
        Authenticator.objects.filter(user_id__in=queryset.values("user_id")).delete()
