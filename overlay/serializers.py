"""Layouts and pictures as the REST API sends and receives them."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import Field

from overlay.editor.forms import FAULTS, UNREADABLE
from overlay.editor.pictures import MAX_BYTES, InvalidPicture, Picture, read_picture
from overlay.layout import (
    AVATARS,
    GOAL_KINDS,
    LABEL,
    LABEL_BOX,
    LABEL_MAX_SIZE,
    LABEL_MIN_OPACITY,
    LABEL_MIN_SIZE,
    MAX_GOAL_LABEL,
    MAX_ORDER,
    MAX_SIZE,
    MAX_TARGET,
    MIN_HEIGHT,
    MIN_OPACITY,
    MIN_SIZE,
    MIN_WIDTH,
    WIDGETS,
    WORDS,
    default_layout,
)
from overlay.themes import FONTS, THEMES, Colors
from tenants.api.serializers import OptionalFields, StrictSerializer

PLACES = 4  # decimal places of a stored layout


def _share(least: float = 0.0, most: float = 1.0) -> serializers.FloatField:
    return serializers.FloatField(min_value=least, max_value=most)


def _refuse_outside(box: dict[str, float], width: float, height: float) -> None:
    """Refuse a box that reaches outside the canvas, naming the field."""
    sides = {"x": width, "y": height}
    outside = [name for name, size in sides.items() if round(box[name] + round(size, PLACES), PLACES) > 1]
    if outside:
        words = _("The widget would be outside the canvas.")
        raise serializers.ValidationError({name: [words] for name in outside})


class BoxSerializer(StrictSerializer):
    """A widget's box in one format."""

    on = serializers.BooleanField()
    x = _share()
    y = _share()
    w = _share(MIN_WIDTH)
    h = _share(MIN_HEIGHT)
    size = _share(MIN_SIZE, MAX_SIZE)
    opacity = _share(MIN_OPACITY)
    order = serializers.IntegerField(min_value=0, max_value=MAX_ORDER)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        _refuse_outside(attrs, attrs["w"], attrs["h"])
        return attrs


class LabelSerializer(StrictSerializer):
    """The AI label's box in one format. Its width, height and order are fixed."""

    on = serializers.BooleanField()
    x = _share()
    y = _share()
    size = _share(LABEL_MIN_SIZE, LABEL_MAX_SIZE)
    opacity = _share(LABEL_MIN_OPACITY)

    def validate_on(self, on: bool) -> bool:
        if not on:
            raise serializers.ValidationError(
                _("The AI label cannot be hidden: viewers must know that the voice is an AI's.")
            )
        return on

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        width, height = LABEL_BOX[str(self.parent.field_name)]
        _refuse_outside(attrs, width * attrs["size"], height * attrs["size"])
        return attrs


class CanvasSerializer(StrictSerializer):
    """All widgets in one format."""

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        return {name: LabelSerializer() if name == LABEL else BoxSerializer() for name in WIDGETS}


class ColorsSerializer(StrictSerializer):
    """Custom colours with enough contrast."""

    accent = serializers.RegexField(r"\A#[0-9A-Fa-f]{6}\Z")
    text = serializers.RegexField(r"\A#[0-9A-Fa-f]{6}\Z")
    panel = serializers.RegexField(r"\A#[0-9A-Fa-f]{6}\Z")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if wrong := Colors(**attrs).unreadable:
            raise serializers.ValidationError({wrong: [UNREADABLE]})
        return attrs


class GoalSerializer(StrictSerializer):
    """The goal's counted event, target and name."""

    kind = serializers.ChoiceField(choices=GOAL_KINDS)
    target = serializers.IntegerField(min_value=1, max_value=MAX_TARGET)
    label = serializers.CharField(allow_blank=True, max_length=MAX_GOAL_LABEL)  # type: ignore[assignment]


class LayoutSerializer(StrictSerializer):
    """An overlay's whole layout."""

    example: Any = default_layout()

    theme = serializers.ChoiceField(choices=list(THEMES))
    font = serializers.ChoiceField(choices=list(FONTS), allow_blank=True)
    colors = ColorsSerializer(allow_null=True)
    words = serializers.ChoiceField(choices=WORDS)
    avatar = serializers.ChoiceField(choices=AVATARS)
    goal = GoalSerializer()
    tall = CanvasSerializer()
    wide = CanvasSerializer()

    def validate_avatar(self, avatar: str) -> str:
        if avatar == "own" and not self.context["has_picture"]:
            raise serializers.ValidationError(_("Send a picture first."))
        return avatar


class GoalChangeSerializer(OptionalFields, GoalSerializer):
    """A goal in a request."""


class BoxChangeSerializer(OptionalFields, BoxSerializer):
    """A widget's box in a request."""


class LabelChangeSerializer(OptionalFields, LabelSerializer):
    """The AI label's box in a request."""


class CanvasChangeSerializer(OptionalFields, StrictSerializer):
    """Widgets in one format, in a request."""

    label = LabelChangeSerializer()  # type: ignore[assignment]

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        boxes = {name: BoxChangeSerializer(required=False) for name in WIDGETS if name != LABEL}
        return {**super().get_fields(), **boxes}


class LayoutChangeSerializer(OptionalFields, LayoutSerializer):
    """The body of a change; what is left out, at any level, is completed before it is validated."""

    example = {"theme": "neon", "tall": {"chat": {"x": 0.1, "y": 0.6}, "goal": {"on": True}}}

    goal = GoalChangeSerializer()
    tall = CanvasChangeSerializer()  # type: ignore[assignment]
    wide = CanvasChangeSerializer()  # type: ignore[assignment]


class PictureAddressSerializer(serializers.Serializer[Any]):
    """The address of the avatar's picture."""

    example = {"url": "https://vivavoce.example/media/avatars/6f1d.png"}

    url = serializers.URLField(allow_blank=True)


class PictureSerializer(StrictSerializer):
    """An uploaded picture for the avatar."""

    picture = serializers.FileField()

    def validate_picture(self, upload: UploadedFile[Any]) -> Picture:
        try:
            return read_picture(upload.read(MAX_BYTES + 1))
        except InvalidPicture as fault:
            raise serializers.ValidationError(FAULTS[fault.reason]) from fault
