"""The events of a live's room, as the REST API sends them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chatsources.events import EventKind
from livesessions.api import examples
from livesessions.models.events import ChatEvent
from moderation.stage.verdict import Action


class RoomViewerSerializer(serializers.Serializer[ChatEvent]):
    """Who did it. `id` is a code that is the same in all lives of the workspace, not the platform's id."""

    id = serializers.CharField(source="viewer_hash")
    name = serializers.CharField(source="viewer_name")


class RoomGiftSerializer(serializers.Serializer[ChatEvent]):
    """A gift; `diamonds` is the price of one."""

    id = serializers.CharField(source="gift_id")
    name = serializers.CharField(source="gift_name")
    diamonds = serializers.IntegerField()
    streak_id = serializers.CharField()
    streak_open = serializers.BooleanField()


class VerdictReasonSerializer(serializers.Serializer[Any]):
    """One finding of the rules: its category, and the words that were found, if any."""

    category = serializers.CharField()
    term = serializers.CharField()


class VerdictSerializer(serializers.Serializer[ChatEvent]):
    """What the rules decided about a message."""

    risk = serializers.ChoiceField(choices=ChatEvent.Risk.choices)
    action = serializers.ChoiceField(choices=[action.value for action in Action])
    reasons = VerdictReasonSerializer(many=True)


class RoomEventSerializer(serializers.Serializer[Any]):
    """One event; `viewer`, `gift` and `verdict` are null where there is none."""

    id = serializers.CharField(source="source_id")
    kind = serializers.ChoiceField(choices=[kind.value for kind in EventKind])
    at = serializers.DateTimeField(source="occurred_at")
    viewer = serializers.SerializerMethodField()
    text = serializers.CharField()
    count = serializers.IntegerField()
    gift = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    deleted = serializers.BooleanField()

    @extend_schema_field(RoomViewerSerializer(allow_null=True))
    def get_viewer(self, event: ChatEvent) -> dict[str, Any] | None:
        return RoomViewerSerializer(event).data if event.viewer_hash else None

    @extend_schema_field(RoomGiftSerializer(allow_null=True))
    def get_gift(self, event: ChatEvent) -> dict[str, Any] | None:
        return RoomGiftSerializer(event).data if event.kind == EventKind.GIFT else None

    @extend_schema_field(VerdictSerializer(allow_null=True))
    def get_verdict(self, event: ChatEvent) -> dict[str, Any] | None:
        return VerdictSerializer(event).data if event.risk else None


class RoomEventsSerializer(serializers.Serializer[Any]):
    """A page of events. `cursor` is that of its last event, or the one that was sent when it is empty."""

    example = examples.EVENTS

    next = serializers.URLField(allow_null=True)
    cursor = serializers.CharField()
    results = RoomEventSerializer(many=True)
