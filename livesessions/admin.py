from django.contrib import admin

from livesessions.models.events import ChatEvent
from livesessions.models.plans import QuizQuestion, Segment
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.admin import AcrossTenantsAdmin, ReadOnlyAdmin


@admin.register(Show)
class ShowAdmin(AcrossTenantsAdmin):
    list_display = ["name", "tenant", "handle", "mode", "language", "created_at"]
    list_filter = ["mode", "language"]
    list_select_related = ["tenant"]
    search_fields = ["name", "handle", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant", "persona", "voice", "policy", "overlay"]


@admin.register(Segment)
class SegmentAdmin(AcrossTenantsAdmin):
    list_display = ["title", "show", "tenant", "kind", "position", "duration_s"]
    list_filter = ["kind"]
    list_select_related = ["show", "tenant"]
    search_fields = ["title", "show__name", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant", "show"]
    ordering = ["show", "position"]


@admin.register(QuizQuestion)
class QuizQuestionAdmin(AcrossTenantsAdmin):
    list_display = ["question", "show", "tenant", "created_at"]
    list_select_related = ["show", "tenant"]
    search_fields = ["question", "show__name", "tenant__name", "tenant__slug"]
    autocomplete_fields = ["tenant", "show"]


@admin.register(LiveSession)
class LiveSessionAdmin(ReadOnlyAdmin):
    """Read-only, because only services and workers may change a session's state."""

    list_display = [
        "id",
        "show",
        "tenant",
        "source",
        "status",
        "end_reason",
        "muted",
        "started_at",
        "ended_at",
    ]
    list_filter = ["status", "source", "end_reason"]
    list_select_related = ["show", "tenant"]
    search_fields = ["id", "show__name", "show__handle", "tenant__name", "tenant__slug"]


@admin.register(ChatEvent)
class ChatEventAdmin(ReadOnlyAdmin):
    list_display = ["source_id", "kind", "tenant", "viewer_name", "risk", "occurred_at", "deleted"]
    list_filter = ["kind", "risk", "deleted"]
    list_select_related = ["tenant"]
    search_fields = ["=source_id", "=session__id", "=viewer_hash"]
    ordering = ["-id"]


@admin.register(Reply)
class ReplyAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "tenant",
        "trigger_kind",
        "status",
        "fault",
        "model",
        "voice",
        "first_audio_ms",
        "created_at",
    ]
    list_filter = ["status", "fault", "trigger_kind"]
    list_select_related = ["tenant"]
    search_fields = ["=id", "=session__id"]
