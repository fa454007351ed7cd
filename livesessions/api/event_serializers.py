from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chatsources.events import EventKind
from chatsources.webcast import MAX_NAME_CHARS, MAX_TEXT_CHARS
from livesessions.api import examples
from tenants.api.serializers import CleanTextField, IdField, StrictSerializer

MAX_EVENTS = 500
MAX_GIFT_ID_CHARS = 40
MAX_TARGETS = 100
MAX_COUNT = 1_000_000_000
MAX_DIAMONDS = 1_000_000
TIKTOK_MSG_ID = r"^[1-9][0-9]{0,19}$"

EVERY_KIND = frozenset({"id", "kind", "at", "tiktok_msg_id"})
# The required and the optional fields of each kind.
FIELDS: dict[EventKind, tuple[frozenset[str], frozenset[str]]] = {
    EventKind.COMMENT: (frozenset({"viewer", "text"}), frozenset()),
    EventKind.QUESTION: (frozenset({"viewer", "text"}), frozenset()),
    EventKind.GIFT: (frozenset({"gift"}), frozenset({"viewer", "count", "streak_open", "receiver_id"})),
    EventKind.LIKE: (frozenset(), frozenset({"viewer", "count", "total"})),
    EventKind.FOLLOW: (frozenset({"viewer"}), frozenset()),
    EventKind.SHARE: (frozenset({"viewer"}), frozenset()),
    EventKind.JOIN: (frozenset({"viewer"}), frozenset()),
    EventKind.SUBSCRIBE: (frozenset({"viewer"}), frozenset()),
    EventKind.VIEWERS: (frozenset({"count"}), frozenset()),
    EventKind.PAUSED: (frozenset(), frozenset()),
    EventKind.RESUMED: (frozenset(), frozenset()),
    EventKind.ENDED: (frozenset(), frozenset()),
    EventKind.DELETED: (frozenset(), frozenset({"targets", "target_viewer_ids"})),
}

# Without a new like, the total may still be news.
MAY_COUNT_NOTHING = (EventKind.VIEWERS, EventKind.LIKE)


class ViewerSerializer(StrictSerializer):
    """The viewer of an event."""

    id = IdField()
    name = CleanTextField(cut_at=MAX_NAME_CHARS, allow_blank=True)
    handle = CleanTextField(cut_at=MAX_NAME_CHARS, allow_blank=True, required=False)


class GiftSerializer(StrictSerializer):
    """A gift. Of a streak without a `streak_id`, the viewer and the gift tell what belongs together."""

    id = IdField(max_length=MAX_GIFT_ID_CHARS)
    name = CleanTextField(cut_at=MAX_NAME_CHARS, allow_blank=True, default="")
    diamonds = serializers.IntegerField(min_value=0, max_value=MAX_DIAMONDS, required=False)
    streak_id = IdField(max_length=MAX_GIFT_ID_CHARS, required=False)


class EventSerializer(StrictSerializer):
    """One event that a bridge posts."""

    id = IdField(help_text="Unique in the live. The same id again is ignored.")
    kind = serializers.ChoiceField(choices=[kind.value for kind in EventKind])
    at = serializers.DateTimeField(required=False, help_text="When it happened; now when left out.")
    tiktok_msg_id = IdField(
        pattern=TIKTOK_MSG_ID,
        max_length=20,
        wrong=gettext_lazy("This is not a message id of TikTok."),
        required=False,
        help_text="The number of TikTok's own message, if you know it.",
    )
    viewer = ViewerSerializer(required=False)
    text = CleanTextField(cut_at=MAX_TEXT_CHARS, required=False)
    count = serializers.IntegerField(
        min_value=0,
        max_value=MAX_COUNT,
        required=False,
        help_text="How many; 1 when left out. Of a streak of gifts the total so far.",
    )
    gift = GiftSerializer(required=False)
    streak_open = serializers.BooleanField(required=False, help_text="More of the same gift may follow.")
    total = serializers.IntegerField(
        min_value=0, max_value=MAX_COUNT, required=False, help_text="All likes of the room so far."
    )
    receiver_id = IdField(
        required=False, help_text="The guest who gets the gift; leave it out for the streamer."
    )
    targets = serializers.ListField(
        child=IdField(), max_length=MAX_TARGETS, required=False, help_text="The ids of deleted comments."
    )
    target_viewer_ids = serializers.ListField(
        child=IdField(),
        max_length=MAX_TARGETS,
        required=False,
        help_text="The ids of viewers whose comments were deleted.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed, possible = FIELDS[EventKind(attrs["kind"])]
        given = attrs.keys() - EVERY_KIND
        wrong = {name: [_("This field is required.")] for name in sorted(needed - given)}
        wrong |= {
            name: [_("Events of this kind do not have this field.")]
            for name in sorted(given - needed - possible)
        }
        if attrs.get("count") == 0 and attrs["kind"] not in MAY_COUNT_NOTHING:
            wrong.setdefault("count", [_("The count must be at least 1.")])
        if attrs["kind"] == EventKind.DELETED and not given:
            wrong["targets"] = [_("Give the deleted messages, or the viewers whose comments were deleted.")]
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


@extend_schema_field(EventSerializer(many=True))
class EventListField(serializers.ListField):
    """The events of a batch, not validated yet."""


class EventsSerializer(StrictSerializer):
    """A batch of events; each is validated on its own, so that an invalid one does not reject the others."""

    example = examples.POSTED

    events = EventListField(max_length=MAX_EVENTS)


class RejectedSerializer(serializers.Serializer[Any]):
    """A posted event that is not valid: its index, from 0, and its errors by field."""

    index = serializers.IntegerField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]


class IntakeSerializer(serializers.Serializer[Any]):
    """What became of a batch of events."""

    example = examples.INTAKE

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = RejectedSerializer(many=True)
