from django.contrib import admin

from overlay.models import Overlay
from tenants.admin import ReadOnlyAdmin


@admin.register(Overlay)
class OverlayAdmin(ReadOnlyAdmin):
    """Lists overlays without their tokens, since a token gives access to the live."""

    list_display = ["id", "tenant", "created_at", "rotated_at"]
    list_select_related = ["tenant"]
    search_fields = ["id", "tenant__name", "tenant__slug"]
    exclude = ["token"]
