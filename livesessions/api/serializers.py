import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from livesessions.api import examples
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.approvals import HELD_FOR
from livesessions.services.sessions import MAX_SIMULATED_PER_MINUTE
from livesessions.worker.registry import waiting_reason_of, waiting_text
from overlay.models import Overlay
from overlay.presence import read_pages
from tenants.api.requests import absolute_url, tenant_request
from tenants.api.serializers import StrictSerializer
from tenants.roles import may_control

RECORDING_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.jsonl")
MAX_LINE_LENGTH = 300
# The fields of an open overlay page that the API returns.
PAGE_FIELDS: tuple[Literal["software", "version", "width", "height", "audio", "sound", "visible"], ...] = (
    "software",
    "version",
    "width",
    "height",
    "audio",
    "sound",
    "visible",
)


class OverlayAddresses(serializers.Serializer[Any]):
    """The overlay's addresses of a show or a live. They are secret: viewers get empty ones."""

    overlay_url = serializers.SerializerMethodField(help_text="Empty for the role viewer.")
    overlay_socket_url = serializers.SerializerMethodField(help_text="Empty for the role viewer.")

    def get_overlay_url(self, row: Show | LiveSession) -> str:
        if not self._may_read_addresses():
            return ""
        return absolute_url(self.context["request"], reverse("overlay:page", args=[_overlay_of(row).token]))

    def get_overlay_socket_url(self, row: Show | LiveSession) -> str:
        if not self._may_read_addresses():
            return ""
        parts = urlsplit(absolute_url(self.context["request"], f"/ws/overlay/{_overlay_of(row).token}/"))
        return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))

    def _may_read_addresses(self) -> bool:
        return may_control(tenant_request(self.context["request"]))


def _overlay_of(row: Show | LiveSession) -> Overlay:
    return row.overlay if isinstance(row, Show) else row.show.overlay


class OpenPageSerializer(serializers.Serializer[Any]):
    """A page that is open on the overlay of a live. `sound` is empty while nothing was heard of it."""

    software = serializers.CharField()
    version = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    audio = serializers.CharField()
    sound = serializers.CharField()
    visible = serializers.BooleanField()


class SessionSerializer(OverlayAddresses):
    """A live in answers."""

    example = examples.SESSION

    id = serializers.UUIDField()
    show = serializers.UUIDField(source="show_id")
    source = serializers.ChoiceField(choices=LiveSession.Source.choices)  # type: ignore[assignment]
    source_options = serializers.DictField()
    status = serializers.ChoiceField(choices=LiveSession.Status.choices)
    end_reason = serializers.ChoiceField(choices=LiveSession.EndReason.choices, allow_blank=True)
    end_reason_text = serializers.CharField(
        help_text="`end_reason` in words, in the language of `Accept-Language`."
    )
    muted = serializers.BooleanField()
    waiting_reason = serializers.SerializerMethodField()
    waiting_reason_text = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    start_requested_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    stop_requested_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    plan_grace_ends_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the live ends at the latest, as the plan allows no more; null while it may go on.",
    )
    plan_warning = serializers.CharField(help_text="Why, in the language of `Accept-Language`; or empty.")
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="How often each kind of event happened."
    )
    overlays = serializers.SerializerMethodField()

    @extend_schema_field(OpenPageSerializer(many=True))
    def get_overlays(self, session: LiveSession) -> list[dict[str, Any]]:
        if not session.is_open:
            return []
        return [{name: page[name] for name in PAGE_FIELDS} for page in read_pages(session.show.overlay_id)]

    def get_waiting_reason(self, session: LiveSession) -> str:
        return waiting_reason_of(session)

    def get_waiting_reason_text(self, session: LiveSession) -> str:
        return waiting_text(waiting_reason_of(session))


class PartProgressSerializer(serializers.Serializer[Any]):
    """A part of a live after the kill switch was pressed; `after_s` is when it had stopped."""

    part = serializers.CharField(source="name")
    state = serializers.CharField()
    after_s = serializers.FloatField(allow_null=True)


class KillSerializer(serializers.Serializer[Any]):
    """A press of the kill switch, and what it has reached so far."""

    example = examples.KILL

    session = serializers.UUIDField(source="kill.session_id")
    pressed_at = serializers.DateTimeField(source="kill.pressed_at")
    way = serializers.CharField(source="kill.way")
    is_complete = serializers.BooleanField()
    parts = PartProgressSerializer(many=True)


class TikTokOptions(StrictSerializer):
    """A TikTok chat has no options: the handle is the show's."""


class SimulatorOptions(StrictSerializer):
    """The options of a simulated chat; the same seed gives the same chat."""

    rate_per_minute = serializers.FloatField(min_value=1, max_value=MAX_SIMULATED_PER_MINUTE, default=30)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)


class ReplayOptions(StrictSerializer):
    """The options of a replay from the server's folder of recordings; speed 2 is twice the recorded speed."""

    recording = serializers.CharField()
    speed = serializers.FloatField(min_value=0.1, max_value=100, default=1)

    def validate_recording(self, name: str) -> str:
        # The pattern has no slash, so a name cannot lead out of the folder.
        if not RECORDING_NAME.fullmatch(name) or not (Path(settings.RECORDINGS_DIR) / name).is_file():
            raise serializers.ValidationError(_("There is no recording with this name."))
        return name


class BridgeOptions(StrictSerializer):
    """A bridge has no options: it posts the chat itself."""


OPTIONS: dict[str, type[StrictSerializer]] = {
    LiveSession.Source.TIKTOK: TikTokOptions,
    LiveSession.Source.SIMULATOR: SimulatorOptions,
    LiveSession.Source.REPLAY: ReplayOptions,
    LiveSession.Source.BRIDGE: BridgeOptions,
}


class SourceOptionsField(serializers.DictField):
    """The options of the source that is sent beside them."""

    def run_validation(self, data: Any = empty) -> Any:
        options = super().run_validation({} if data is empty else data)
        kind = OPTIONS.get(str(self.root.initial_data.get("source")))
        return kind().run_validation(options) if kind else options


class SessionCreateSerializer(StrictSerializer):
    """The input that creates a live; each source has its own options."""

    example = examples.NEW_SESSION

    show = serializers.UUIDField()
    source = serializers.ChoiceField(
        choices=LiveSession.Source.choices, help_text="Where the chat comes from."
    )  # type: ignore[assignment]
    source_options = SourceOptionsField(required=False)


class ApprovalSerializer(StrictSerializer):
    """The input that approves a held answer; `text`, if not empty, replaces its text."""

    example = examples.APPROVAL

    text = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text="Other words for the answer; empty keeps them.",
    )


class HeldReplySerializer(serializers.Serializer[Any]):
    """An answer that waits for approval."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    viewer_name = serializers.CharField(source="trigger_viewer_name")
    line = serializers.CharField(source="trigger_text")
    held_at = serializers.DateTimeField(source="created_at")
    expires_at = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField())
    def get_expires_at(self, reply: Reply) -> str:
        field = serializers.DateTimeField()
        shown: str = field.to_representation(reply.created_at + HELD_FOR)
        return shown


class HeldRepliesSerializer(serializers.Serializer[Any]):
    """All answers that wait for approval; at most five."""

    example = examples.HELD

    results = HeldReplySerializer(many=True)


class LineSerializer(StrictSerializer):
    """A text that the host says for the streamer."""

    example = examples.LINE

    text = serializers.CharField(
        max_length=MAX_LINE_LENGTH,
        error_messages={"blank": gettext_lazy("Write what the host should say.")},
        help_text="The text to say.",
    )
