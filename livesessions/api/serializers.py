import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.approvals import HELD_FOR
from livesessions.worker.registry import waiting_reason_of, waiting_text
from overlay.models import Overlay
from overlay.presence import read_pages
from tenants.api.requests import absolute_url
from tenants.api.serializers import StrictSerializer

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
    """The overlay's addresses of a show or a live."""

    overlay_url = serializers.SerializerMethodField()
    overlay_socket_url = serializers.SerializerMethodField()

    def get_overlay_url(self, row: Show | LiveSession) -> str:
        return absolute_url(self.context["request"], reverse("overlay:page", args=[_overlay_of(row).token]))

    def get_overlay_socket_url(self, row: Show | LiveSession) -> str:
        parts = urlsplit(absolute_url(self.context["request"], f"/ws/overlay/{_overlay_of(row).token}/"))
        return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))


def _overlay_of(row: Show | LiveSession) -> Overlay:
    return row.overlay if isinstance(row, Show) else row.show.overlay


class SessionSerializer(OverlayAddresses):
    """A live in answers."""

    id = serializers.UUIDField()
    show = serializers.UUIDField(source="show_id")
    source = serializers.CharField()  # type: ignore[assignment]
    source_options = serializers.JSONField()
    status = serializers.CharField()
    end_reason = serializers.CharField()
    end_reason_text = serializers.CharField()
    muted = serializers.BooleanField()
    waiting_reason = serializers.SerializerMethodField()
    waiting_reason_text = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    start_requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField()
    stop_requested_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    counts = serializers.JSONField()
    overlays = serializers.SerializerMethodField()

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
    after_s = serializers.FloatField()


class KillSerializer(serializers.Serializer[Any]):
    """A press of the kill switch, and what it has reached so far."""

    session = serializers.UUIDField(source="kill.session_id")
    pressed_at = serializers.DateTimeField(source="kill.pressed_at")
    way = serializers.CharField(source="kill.way")
    is_complete = serializers.BooleanField()
    parts = PartProgressSerializer(many=True)


class TikTokOptions(StrictSerializer):
    """A TikTok chat has no options: the handle is the show's."""


class SimulatorOptions(StrictSerializer):
    """The options of a simulated chat; the same seed gives the same chat."""

    rate_per_minute = serializers.FloatField(min_value=1, max_value=600, default=30)
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


class SessionCreateSerializer(StrictSerializer):
    """The input that creates a live; each source has its own options."""

    show = serializers.UUIDField()
    source = serializers.ChoiceField(choices=LiveSession.Source.choices)  # type: ignore[assignment]
    source_options = serializers.DictField(default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        options = OPTIONS[attrs["source"]](data=attrs["source_options"])
        if not options.is_valid():
            raise serializers.ValidationError({"source_options": options.errors})
        return {**attrs, "source_options": dict(options.validated_data)}


class ApprovalSerializer(StrictSerializer):
    """The input that approves a held answer; `text`, if not empty, replaces its text."""

    text = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class HeldReplySerializer(serializers.Serializer[Any]):
    """An answer that waits for approval."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    viewer_name = serializers.CharField(source="trigger_viewer_name")
    line = serializers.CharField(source="trigger_text")
    held_at = serializers.DateTimeField(source="created_at")
    expires_at = serializers.SerializerMethodField()

    def get_expires_at(self, reply: Reply) -> str:
        field = serializers.DateTimeField()
        shown: str = field.to_representation(reply.created_at + HELD_FOR)
        return shown


class LineSerializer(StrictSerializer):
    """A text that the host says for the streamer."""

    text = serializers.CharField(
        max_length=MAX_LINE_LENGTH,
        error_messages={"blank": gettext_lazy("Write what the host should say.")},
    )
