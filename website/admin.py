from django.contrib import admin

from tenants.admin import ReadOnlyAdmin
from website.models import Onboarding


@admin.register(Onboarding)
class OnboardingAdmin(ReadOnlyAdmin):
    list_display = ["tenant", "steps_done", "created_at", "finished_at"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__slug"]
