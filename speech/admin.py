from django.contrib import admin

from speech.models import CachedLine, Pronunciation, VoiceProfile
from tenants.admin import AcrossTenantsAdmin, ReadOnlyAdmin


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
    ordering = ["written", "language"]


@admin.register(CachedLine)
class CachedLineAdmin(ReadOnlyAdmin):
    list_display = ["key", "tenant", "size", "last_used_at"]
    list_select_related = ["tenant"]
    search_fields = ["key", "tenant__name", "tenant__slug"]
