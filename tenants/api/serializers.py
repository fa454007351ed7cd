from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from tenants.text import clean_text

VISIBLE_ASCII = r"^[!-~]+$"
MAX_ID_CHARS = 100
NOT_VISIBLE_ASCII = gettext_lazy("Use visible ASCII characters without spaces.")


class StrictSerializer(serializers.Serializer[Any]):
    """Rejects unknown fields, so that a misspelt option is not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        writable = {name for name, field in self.fields.items() if not field.read_only}
        unknown = sorted(set(data) - writable) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError(
                {str(name): [_("This field does not exist.")] for name in unknown}
            )
        return super().to_internal_value(data)


class IdField(serializers.CharField):
    """An id from outside: visible ASCII without spaces, or a text that matches `pattern`."""

    def __init__(
        self,
        pattern: str = VISIBLE_ASCII,
        max_length: int = MAX_ID_CHARS,
        wrong: Any = NOT_VISIBLE_ASCII,  # a text, or a lazily translated one
        **options: Any,
    ) -> None:
        self.pattern = pattern
        validators = [RegexValidator(pattern + r"\Z", wrong)]  # a $ alone allows a final line break
        super().__init__(max_length=max_length, trim_whitespace=False, validators=validators, **options)


class CleanTextField(serializers.CharField):
    """A text that the database can store; it is cut after `cut_at` characters, not rejected."""

    def __init__(self, *, cut_at: int, **options: Any) -> None:
        self.cut_at = cut_at
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        text = clean_text(super().to_internal_value(data), self.cut_at).strip()
        if not text and not self.allow_blank:
            self.fail("blank")
        return text


def lines_field(most: int, length: int) -> serializers.ListField:
    """Return an optional list of at most `most` texts of at most `length` characters."""
    line = serializers.CharField(max_length=length)
    return serializers.ListField(child=line, required=False, max_length=most)
