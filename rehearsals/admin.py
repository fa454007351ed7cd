from django.contrib import admin

from rehearsals.models import Rehearsal
from tenants.admin import ReadOnlyAdmin


@admin.register(Rehearsal)
class RehearsalAdmin(ReadOnlyAdmin):
    list_display = ["id", "show", "tenant", "chat", "minutes", "status", "created_at", "finished_at"]
    list_filter = ["status"]
    list_select_related = ["show", "tenant"]
    search_fields = ["=id", "show__name", "tenant__name", "tenant__slug"]
