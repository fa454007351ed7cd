from django.contrib import admin

from encoder.models import StreamTarget
from tenants.admin import ReadOnlyAdmin


@admin.register(StreamTarget)
class StreamTargetAdmin(ReadOnlyAdmin):
    """Lists where shows are streamed to, and what the last check found. Keys are stored elsewhere."""

    list_display = ["url", "tenant", "size", "key_expires_at", "checked_at", "check_step", "check_fault"]
    ordering = ["-changed_at"]
    list_select_related = ["tenant"]
    list_filter = ["check_fault", "size"]
    search_fields = ["url", "tenant__name", "tenant__slug", "use_id"]
