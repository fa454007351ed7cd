from django.contrib import admin

from reports.models import LiveSummary
from tenants.admin import ReadOnlyAdmin


@admin.register(LiveSummary)
class LiveSummaryAdmin(ReadOnlyAdmin):
    list_display = ["session", "tenant", "length_s", "messages", "replies", "gifts", "made_at"]
    list_select_related = ["session", "tenant"]
    search_fields = ["=session__id", "tenant__name", "tenant__slug"]
    ordering = ["-made_at"]
