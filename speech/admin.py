from django.contrib import admin

from speech.models import VoiceProfile
from tenants.admin import AcrossTenantsAdmin


@admin.register(VoiceProfile)
class VoiceProfileAdmin(AcrossTenantsAdmin):
    list_display = ["name", "tenant", "provider", "voice_id", "language", "speed", "pitch"]
    list_filter = ["provider", "language"]
    list_select_related = ["tenant"]
    search_fields = ["name", "voice_id", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant"]
