from django.contrib import admin

from speech.models import Pronunciation, VoiceProfile
from tenants.admin import AcrossTenantsAdmin


@admin.register(VoiceProfile)
class VoiceProfileAdmin(AcrossTenantsAdmin):
    list_display = ["name", "tenant", "provider", "voice_id", "language", "speed", "pitch"]
    list_filter = ["provider", "language"]
    list_select_related = ["tenant"]
    search_fields = ["name", "voice_id", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant"]


@admin.register(Pronunciation)
class PronunciationAdmin(AcrossTenantsAdmin):
    list_display = ["written", "spoken", "language", "tenant"]
    list_filter = ["language"]
    list_select_related = ["tenant"]
    search_fields = ["written", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant"]
