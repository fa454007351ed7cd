from contextlib import suppress

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from livesessions.errors import SessionConflict
from livesessions.kill.services import kill_session
from livesessions.models.checks import PassedCheck, WaivedCheck
from livesessions.models.events import ChatEvent
from livesessions.models.kills import EmergencyLink, Kill, StopAcknowledgement
from livesessions.models.plans import QuizQuestion, Segment
from livesessions.models.replies import Reply, ReplyAudio
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
    actions = ["kill"]

    def has_kill_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("livesessions.change_livesession")

    @admin.action(description=_("Kill the chosen lives: silence and end them now"), permissions=["kill"])
    def kill(self, request: HttpRequest, sessions: QuerySet[LiveSession]) -> None:
        """End each chosen live; those that have ended are counted apart."""
        ended = 0
        for session in sessions.select_related("show"):
            with suppress(SessionConflict):
                kill_session(session=session, way=Kill.Way.STAFF)
                ended += 1
        words = ngettext("%(count)d live was ended.", "%(count)d lives were ended.", ended)
        self.message_user(request, words % {"count": ended})


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


@admin.register(Kill)
class KillAdmin(ReadOnlyAdmin):
    list_display = ["session", "tenant", "way", "pressed_by", "label", "pressed_at"]
    list_filter = ["way"]
    list_select_related = ["tenant", "session", "pressed_by"]
    search_fields = ["=session__id", "tenant__name", "tenant__slug"]
    ordering = ["-pressed_at"]


@admin.register(StopAcknowledgement)
class StopAcknowledgementAdmin(ReadOnlyAdmin):
    list_display = ["session", "tenant", "part", "source", "at"]
    list_filter = ["part"]
    list_select_related = ["tenant", "session"]
    search_fields = ["=session__id", "tenant__name", "tenant__slug"]
    ordering = ["-id"]


@admin.register(EmergencyLink)
class EmergencyLinkAdmin(ReadOnlyAdmin):
    """Shows emergency links without their addresses."""

    list_display = ["name", "tenant", "show", "created_by", "created_at", "rotated_at", "last_used_at"]
    list_select_related = ["tenant", "show", "created_by"]
    search_fields = ["name", "tenant__name", "tenant__slug"]
    exclude = ["token_hash"]


@admin.register(ReplyAudio)
class ReplyAudioAdmin(ReadOnlyAdmin):
    list_display = ["reply_id", "session", "tenant", "size", "created_at"]
    list_select_related = ["session", "tenant"]
    search_fields = ["=reply_id", "=session__id"]
    ordering = ["-id"]


@admin.register(PassedCheck)
class PassedCheckAdmin(ReadOnlyAdmin):
    list_display = ["show", "tenant", "kind", "passed_at", "passed_by"]
    list_filter = ["kind"]
    list_select_related = ["show", "tenant", "passed_by"]
    ordering = ["-passed_at"]
    search_fields = ["show__name", "tenant__name", "tenant__slug"]


@admin.register(WaivedCheck)
class WaivedCheckAdmin(ReadOnlyAdmin):
    list_display = ["session", "tenant", "kind", "waived_at", "waived_by"]
    list_filter = ["kind"]
    list_select_related = ["session", "tenant", "waived_by"]
    ordering = ["-waived_at"]
    search_fields = ["=session__id", "tenant__name", "tenant__slug"]
