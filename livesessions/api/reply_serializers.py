"""The host's replies, and the events that it replied to, as the REST API sends them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from livesessions.api import examples
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.selection.turns import MAX_AGE_S

HEARD = "heard"
# A line that is older is not begun any more; the rest is the time that a voice may take to begin.
QUEUED_FOR = timedelta(seconds=MAX_AGE_S + 15)
REPLY_STATUSES = [*Reply.Status.values, HEARD]


class TriggerSerializer(serializers.Serializer[Reply]):
    """What a reply answers: the event's id as in the list of events, its kind, text and viewer."""

    id = serializers.CharField(
        source="trigger_source_id",
        help_text="The id of the event, as in the list of events; empty when there is none.",
    )
    kind = serializers.CharField(
        source="trigger_kind", help_text="The kind of the event; `streamer` for a text of your own."
    )
    text = serializers.CharField(source="trigger_text")
    viewer_name = serializers.CharField(source="trigger_viewer_name")
    also = serializers.ListField(
        child=serializers.CharField(),
        source="also_source_ids",
        help_text="The ids of other events that it answers.",
    )


class TimingsSerializer(serializers.Serializer[Reply]):
    """Milliseconds since the event arrived, `null` for what did not happen; `audio_ms` is a length."""

    waited_ms = serializers.IntegerField(allow_null=True)
    first_sentence_ms = serializers.IntegerField(allow_null=True)
    first_audio_ms = serializers.IntegerField(allow_null=True)
    sent_ms = serializers.IntegerField(allow_null=True)
    audio_ms = serializers.IntegerField()


class ReplySerializer(serializers.Serializer[Any]):
    """One reply of the host."""

    example = examples.REPLY

    id = serializers.UUIDField()
    session = serializers.UUIDField(source="session_id")
    status = serializers.SerializerMethodField()
    text = serializers.CharField(help_text="What the host says, or would have said.")
    fault = serializers.CharField(help_text="Why it was refused or failed; empty when nothing went wrong.")
    trigger = TriggerSerializer(source="*")
    timings = TimingsSerializer(source="*")
    created_at = serializers.DateTimeField()
    heard_started_at = serializers.DateTimeField(allow_null=True)
    heard_ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=REPLY_STATUSES))
    def get_status(self, reply: Reply) -> str:
        return reply_status(reply)


class RepliesSerializer(serializers.Serializer[Any]):
    """A page of replies."""

    example = examples.REPLIES

    next = serializers.URLField(allow_null=True)
    results = ReplySerializer(many=True)


def reply_status(reply: Reply) -> str:
    """Return a reply's status: `heard` once an overlay played it, `expired` once it was queued too long."""
    if reply.status == Reply.Status.SPOKEN and reply.heard_started_at is not None:
        return HEARD
    if reply.status == Reply.Status.QUEUED:
        is_over = reply.session.status == LiveSession.Status.ENDED
        if is_over or timezone.now() - reply.created_at > QUEUED_FOR:
            return str(Reply.Status.EXPIRED)
    return str(reply.status)
