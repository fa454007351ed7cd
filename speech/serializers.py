from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from speech.access import get_voice_for
from speech.errors import PronunciationConflict
from speech.forms import VOICE_ID
from speech.services.pronunciations import SPOKEN_LENGTH, WRITTEN_LENGTH, parse_line
from speech.services.voices import Provider
from tenants.api.serializers import RowField, StrictSerializer
from tenants.models import Language
from tenants.names import NAME_LENGTH, refuse_direction_controls


class VoiceSerializer(serializers.Serializer[Any]):
    """Shows a voice."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    provider = serializers.ChoiceField(choices=Provider.choices)
    voice_id = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    speed = serializers.FloatField()
    pitch = serializers.FloatField()
    backup = serializers.UUIDField(source="backup_id", allow_null=True)
    loudness_lufs = serializers.FloatField(allow_null=True)
    loudness_heard_s = serializers.FloatField()
    created_at = serializers.DateTimeField()


class VoiceChangeSerializer(StrictSerializer):
    """Creates or changes a voice."""

    name = serializers.CharField(max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    provider = serializers.ChoiceField(required=False, choices=Provider.choices)
    voice_id = serializers.RegexField(
        rf"\A{VOICE_ID.pattern}\Z", required=False, allow_blank=True, max_length=100
    )
    language = serializers.ChoiceField(required=False, choices=Language.choices)
    speed = serializers.FloatField(required=False, min_value=0.5, max_value=2.0)
    pitch = serializers.FloatField(required=False, min_value=-1.0, max_value=1.0)
    backup = RowField(get_voice_for, gettext_lazy("There is no such voice."), required=False, allow_null=True)


class PronunciationSerializer(serializers.Serializer[Any]):
    """Shows a pronunciation."""

    id = serializers.UUIDField()
    written = serializers.CharField()
    spoken = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices, allow_blank=True)


class PronunciationChangeSerializer(StrictSerializer):
    """Creates or changes a pronunciation; an empty language means every language."""

    written = serializers.CharField(max_length=WRITTEN_LENGTH)
    spoken = serializers.CharField(max_length=SPOKEN_LENGTH)
    language = serializers.ChoiceField(required=False, allow_blank=True, choices=Language.choices)

    def validate_written(self, written: str) -> str:
        if "=" in written:
            raise serializers.ValidationError(_("The equals sign is not allowed here."))
        try:
            return parse_line(f"{written}=x")[0]
        except PronunciationConflict as error:
            raise serializers.ValidationError(error.user_message) from None
