from django.contrib import admin

from moderation.models import Policy, ViewerRule
from tenants.admin import AcrossTenantsAdmin


@admin.register(Policy)
class PolicyAdmin(AcrossTenantsAdmin):
    list_display = ["name", "tenant", "safe_mode", "created_at"]
    list_filter = ["safe_mode"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant"]


@admin.register(ViewerRule)
class ViewerRuleAdmin(AcrossTenantsAdmin):
    list_display = ["viewer_hash", "standing", "tenant", "created_at"]
    list_filter = ["standing"]
    list_select_related = ["tenant"]
    search_fields = ["viewer_hash", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant"]
