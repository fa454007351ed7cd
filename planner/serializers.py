"""Personas as the REST API sends and receives them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from planner.limits import PROMPT_LENGTH, SAMPLE_LENGTH, SAMPLES, TOPIC_LENGTH, TOPICS
from planner.models import Persona
from planner.presets import TRAITS
from tenants.api.serializers import StrictSerializer, lines_field
from tenants.models import Language
from tenants.names import NAME_LENGTH, refuse_direction_controls

MIDDLE = 0.5
EXAMPLE = {
    "name": "Melody",
    "system_prompt": "You love every kind of music and never put a song down.",
    "language": "en",
    "reply_in": "show",
    "style": {"energy": 0.7, "formality": 0.1, "humour": 0.5, "length": 0.5},
    "forbidden_topics": ["private lives of artists"],
    "sample_lines": ["Which song is in your headphones tonight?"],
}


class TraitsSerializer(serializers.Serializer[Any]):
    """All slider values in an answer, from 0 to 1."""

    energy = serializers.FloatField()
    formality = serializers.FloatField()
    humour = serializers.FloatField()
    length = serializers.FloatField()


class PersonaSerializer(serializers.Serializer[Any]):
    """A persona in an answer of the API."""

    example = {
        "id": "0c9e8d3a-7f57-4a0c-8d2e-3a1b5c6d7e8f",
        **EXAMPLE,
        "created_at": "2026-01-31T20:00:00.000000Z",
    }

    id = serializers.UUIDField()
    name = serializers.CharField()
    system_prompt = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    reply_in = serializers.ChoiceField(choices=Persona.ReplyIn.choices)
    style = serializers.SerializerMethodField()  # type: ignore[assignment]
    forbidden_topics = serializers.ListField(child=serializers.CharField())
    sample_lines = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()

    @extend_schema_field(TraitsSerializer)
    def get_style(self, persona: Persona) -> dict[str, float]:
        return {trait: persona.style.get(trait, MIDDLE) for trait in TRAITS}


def _slider() -> serializers.FloatField:
    return serializers.FloatField(required=False, min_value=0.0, max_value=1.0)


class StyleSerializer(StrictSerializer):
    """Slider values from 0 to 1."""

    energy = _slider()
    formality = _slider()
    humour = _slider()
    length = _slider()


class PersonaChangeSerializer(StrictSerializer):
    """A persona's fields in a request of the API."""

    example = EXAMPLE

    name = serializers.CharField(
        max_length=NAME_LENGTH,
        validators=[refuse_direction_controls],
        help_text="What the host is called on air.",
    )
    system_prompt = serializers.CharField(
        max_length=PROMPT_LENGTH, help_text="Personality in your own words."
    )
    language = serializers.ChoiceField(required=False, choices=Language.choices)
    reply_in = serializers.ChoiceField(
        required=False,
        choices=Persona.ReplyIn.choices,
        help_text="`show`: the show's language. `viewer`: the language that each viewer writes.",
    )
    style = StyleSerializer(required=False)  # type: ignore[assignment]
    forbidden_topics = lines_field(TOPICS, TOPIC_LENGTH)
    sample_lines = lines_field(SAMPLES, SAMPLE_LENGTH)
