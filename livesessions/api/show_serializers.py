from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from livesessions.api import examples
from livesessions.api.serializers import OverlayAddresses
from livesessions.models.plans import Segment
from livesessions.models.shows import Show, handle_validator
from livesessions.shows.limits import (
    LONGEST_COOLDOWN_S,
    MAX_CALL_LENGTH,
    MAX_CALLS,
    MAX_DIAMONDS,
    MAX_INTERVAL_S,
    MAX_PER_THANKS,
    MAX_POINT_LENGTH,
    MAX_POINTS,
    MAX_SEGMENT_S,
    MAX_SEGMENTS,
    MIN_POLL_OPTIONS,
    MIN_SEGMENT_S,
    MOST_ANSWERS_PER_VIEWER,
    MOST_REPLIES_A_MINUTE,
)
from planner.access import get_persona_for
from speech.access import get_voice_for
from tenants.api.serializers import RowField, StrictSerializer, lines_field
from tenants.models import Language
from tenants.names import NAME_LENGTH, refuse_direction_controls

MAX_FACTS_LENGTH = 4_000


class ShowSerializer(OverlayAddresses):
    """A show in answers."""

    example = examples.SHOW

    id = serializers.UUIDField()
    name = serializers.CharField()
    handle = serializers.CharField()
    mode = serializers.ChoiceField(choices=Show.Mode.choices)
    language = serializers.ChoiceField(choices=Language.choices)
    persona = serializers.UUIDField(source="persona_id")
    voice = serializers.UUIDField(source="voice_id")
    facts = serializers.CharField()
    is_shopping = serializers.BooleanField()
    follows_per_thanks = serializers.IntegerField()
    shares_per_thanks = serializers.IntegerField()
    subscriptions_per_thanks = serializers.IntegerField()
    small_gift_diamonds = serializers.IntegerField()
    big_gift_diamonds = serializers.IntegerField()
    cooldown_min_s = serializers.FloatField()
    cooldown_max_s = serializers.FloatField()
    answers_per_minute = serializers.IntegerField()
    thanks_per_minute = serializers.IntegerField()
    answers_per_viewer = serializers.IntegerField()
    holds_replies = serializers.BooleanField()
    call_to_action_every_s = serializers.IntegerField()
    game_every_s = serializers.IntegerField()
    calls_to_action = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)


class HandleField(serializers.CharField):
    """A TikTok handle, with or without its @."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).removeprefix("@")


def _count(most: int, meaning: str, *, least: int = 0) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, min_value=least, max_value=most, help_text=meaning)


def _seconds(most_s: float, meaning: str) -> serializers.FloatField:
    return serializers.FloatField(required=False, min_value=0.0, max_value=most_s, help_text=meaning)


class ShowChangeSerializer(StrictSerializer):
    """The changes of a show. Its language is fixed, because its voice and persona speak it."""

    example = examples.SHOW_CHANGE

    name = serializers.CharField(max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    handle = HandleField(
        required=False,
        allow_blank=True,
        validators=[handle_validator],
        help_text="The TikTok handle, with or without @. Lives on TikTok need it.",
    )
    mode = serializers.ChoiceField(
        required=False,
        choices=Show.Mode.choices,
        help_text="`self`: the overlay runs in your OBS. `managed`: we run it.",
    )
    persona = RowField(
        get_persona_for,
        gettext_lazy("There is no such persona."),
        required=False,
        help_text="The persona that hosts the show; the standard one of the language when left out.",
    )
    voice = RowField(
        get_voice_for,
        gettext_lazy("There is no such voice."),
        required=False,
        help_text="The voice that speaks; the standard one of the language when left out.",
    )
    facts = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_FACTS_LENGTH,
        help_text="What the host may know and say.",
    )
    is_shopping = serializers.BooleanField(
        required=False, help_text="A TikTok Shop live, which an AI voice may not host: it cannot start."
    )
    follows_per_thanks = _count(MAX_PER_THANKS, "Thank after this many follows; 0 never thanks.")
    shares_per_thanks = _count(MAX_PER_THANKS, "Thank after this many shares; 0 never thanks.")
    subscriptions_per_thanks = _count(MAX_PER_THANKS, "Thank after this many subscriptions; 0 never thanks.")
    small_gift_diamonds = _count(MAX_DIAMONDS, "Gifts below this are thanked together.")
    big_gift_diamonds = _count(MAX_DIAMONDS, "Gifts from this on interrupt the host.", least=1)
    cooldown_min_s = _seconds(LONGEST_COOLDOWN_S, "Seconds between two answers in a calm chat.")
    cooldown_max_s = _seconds(LONGEST_COOLDOWN_S, "Seconds between two answers in a busy chat.")
    answers_per_minute = _count(MOST_REPLIES_A_MINUTE, "At most so many answers a minute.", least=1)
    thanks_per_minute = _count(MOST_REPLIES_A_MINUTE, "At most so many thanks a minute.", least=1)
    answers_per_viewer = _count(
        MOST_ANSWERS_PER_VIEWER, "At most so many answers to one viewer in five minutes.", least=1
    )
    holds_replies = serializers.BooleanField(
        required=False, help_text="Each answer waits until somebody approves it."
    )
    call_to_action_every_s = _count(
        MAX_INTERVAL_S, "Seconds between invitations to follow and share, a minute more or less; 0 for never."
    )
    game_every_s = _count(MAX_INTERVAL_S, "Seconds between games; 0 plays only those of the plan.")
    calls_to_action = lines_field(MAX_CALLS, MAX_CALL_LENGTH)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse limits that contradict each other, also when only one of a pair is sent."""
        small = self._value_after(attrs, "small_gift_diamonds")
        if small > self._value_after(attrs, "big_gift_diamonds"):
            problem = _("It cannot be lower than small_gift_diamonds.")
            raise serializers.ValidationError({"big_gift_diamonds": [problem]})
        calm_s = self._value_after(attrs, "cooldown_min_s")
        if calm_s > self._value_after(attrs, "cooldown_max_s"):
            problem = _("It cannot be lower than cooldown_min_s.")
            raise serializers.ValidationError({"cooldown_max_s": [problem]})
        return attrs

    def _value_after(self, attrs: dict[str, Any], name: str) -> float:
        value: float = attrs[name] if name in attrs else getattr(self.instance or Show(), name)
        return value


class ShowCreateSerializer(ShowChangeSerializer):
    """The input that creates a show."""

    example = examples.NEW_SHOW

    language = serializers.ChoiceField(
        required=False,
        choices=Language.choices,
        help_text="The workspace's when left out. It cannot be changed later.",
    )


class SegmentSerializer(StrictSerializer):
    """One part of a plan, in requests and answers."""

    kind = serializers.ChoiceField(choices=Segment.Kind.choices)
    title = serializers.CharField(max_length=120, validators=[refuse_direction_controls])
    duration_s = serializers.IntegerField(min_value=MIN_SEGMENT_S, max_value=MAX_SEGMENT_S)
    talking_points = serializers.ListField(
        child=serializers.CharField(max_length=MAX_POINT_LENGTH), max_length=MAX_POINTS, default=list
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == Segment.Kind.POLL and len(attrs["talking_points"]) < MIN_POLL_OPTIONS:
            raise serializers.ValidationError({"talking_points": [_("A poll needs at least two options.")]})
        return attrs


class PlanSerializer(StrictSerializer):
    """A show's complete plan, in order."""

    example = examples.PLAN

    segments = serializers.ListField(child=SegmentSerializer(), max_length=MAX_SEGMENTS)
