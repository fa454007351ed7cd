from django.contrib import admin

from planner.models import Persona
from tenants.admin import AcrossTenantsAdmin


@admin.register(Persona)
class PersonaAdmin(AcrossTenantsAdmin):
    list_display = ["name", "tenant", "language", "created_at"]
    list_filter = ["language"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant"]
