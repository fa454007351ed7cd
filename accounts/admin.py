from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.admin import SocialAccountAdmin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.impersonation.state import may_impersonate
from tenants.admin import AuditedAdmin, UserAdmin
from tenants.models import User

# The library's own page would show the secrets.
admin.site.unregister(Authenticator)
# Providers come from the environment, and tokens are not stored.
admin.site.unregister([SocialApp, SocialToken])
# Registered again below, so that the audit log records what the staff change.
admin.site.unregister(SocialAccount)
# Each log-in is on its owner's page of devices, and nobody else's business.
admin.site.unregister(UserSession)
# Registered again below, with the way into impersonation.
admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):
    """A user's page, from which superusers look at Vivavoce as this person."""

    fields = [*UserAdmin.fields, "look_as"]

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        may = obj is not None and may_impersonate(request, obj)
        return [name for name in self.fields if name != "look_as" or may]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "look_as"]

    @admin.display(description=_("Support"))
    def look_as(self, person: User) -> str:
        address = reverse("impersonation_start", args=[person.pk])
        return format_html('<a class="button" href="{}">{}</a>', address, _("Look as this person"))


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


@admin.register(SocialAccount)
class AuditedSocialAccountAdmin(AuditedAdmin, SocialAccountAdmin):  # type: ignore[misc]
    """The accounts of other providers through which people log in."""
