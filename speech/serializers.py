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

    example = {
        "id": "51f7c2b4-9b1e-4c57-bb0a-1f2e3d4c5b6a",
        "name": "Evening voice",
        "provider": "auto",
        "voice_id": "",
        "language": "en",
        "speed": 1.0,
        "pitch": 0.0,
        "backup": None,
        "loudness_lufs": -19.8,
        "loudness_heard_s": 64.0,
        "created_at": "2026-01-31T20:00:00.000000Z",
    }

    id = serializers.UUIDField()
    name = serializers.CharField()
    provider = serializers.ChoiceField(choices=Provider.choices)
    voice_id = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    speed = serializers.FloatField()
    pitch = serializers.FloatField()
    backup = serializers.UUIDField(source="backup_id", allow_null=True)
    loudness_lufs = serializers.FloatField(
        allow_null=True, help_text="How loud the voice is by nature; null until it was heard."
    )
    loudness_heard_s = serializers.FloatField(help_text="How many seconds of it were measured.")
    created_at = serializers.DateTimeField()


class VoiceChangeSerializer(StrictSerializer):
    """Creates or changes a voice."""

    example = {"name": "Evening voice", "language": "en", "speed": 1.05}

    name = serializers.CharField(max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    provider = serializers.ChoiceField(
        required=False, choices=Provider.choices, help_text="`auto` takes the best one that is available."
    )
    voice_id = serializers.RegexField(
        rf"\A{VOICE_ID.pattern}\Z",
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="The voice's name at its provider; empty for the usual one of the language.",
    )
    language = serializers.ChoiceField(required=False, choices=Language.choices)
    speed = serializers.FloatField(
        required=False, min_value=0.5, max_value=2.0, help_text="A factor. ElevenLabs takes 0.7 to 1.2."
    )
    pitch = serializers.FloatField(
        required=False,
        min_value=-1.0,
        max_value=1.0,
        help_text="Only SVOX Pico, eSpeak NG and Azure take another than 0.",
    )
    backup = RowField(get_voice_for, gettext_lazy("There is no such voice."), required=False, allow_null=True)


class PronunciationSerializer(serializers.Serializer[Any]):
    """Shows a pronunciation."""

    example = {
        "id": "8c1d2e3f-4a5b-4c6d-8e7f-9a0b1c2d3e4f",
        "written": "Nike",
        "spoken": "nigh-key",
        "language": "",
    }

    id = serializers.UUIDField()
    written = serializers.CharField()
    spoken = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices, allow_blank=True)


class PronunciationChangeSerializer(StrictSerializer):
    """Creates or changes a pronunciation; an empty language means every language."""

    example = {"written": "Nike", "spoken": "nigh-key"}

    written = serializers.CharField(max_length=WRITTEN_LENGTH, help_text="The word as it is written.")
    spoken = serializers.CharField(max_length=SPOKEN_LENGTH, help_text="How it is said.")
    language = serializers.ChoiceField(
        required=False, allow_blank=True, choices=Language.choices, help_text="Empty: in every language."
    )

    def validate_written(self, written: str) -> str:
        if "=" in written:
            raise serializers.ValidationError(_("The equals sign is not allowed here."))
        try:
            return parse_line(f"{written}=x")[0]
        except PronunciationConflict as error:
            raise serializers.ValidationError(error.user_message) from None
