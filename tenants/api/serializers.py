from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from tenants.api.requests import tenant_request
from tenants.http import TenantRequest
from tenants.text import clean_text

VISIBLE_ASCII = r"^[!-~]+$"
MAX_ID_CHARS = 100
NOT_VISIBLE_ASCII = gettext_lazy("Use visible ASCII characters without spaces.")


class StrictSerializer(serializers.Serializer[Any]):
    """Rejects unknown fields, so that a misspelt option is not ignored; reports all errors at once."""

    def to_internal_value(self, data: Any) -> Any:
        writable = {name for name, field in self.fields.items() if not field.read_only}
        unknown = sorted(set(data) - writable, key=str) if isinstance(data, dict) else []
        problems: Any = {str(name): [_("This field does not exist.")] for name in unknown}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not problems:
                raise
            problems = {**error.detail, **problems}  # type: ignore[dict-item]  # by field, since `data` is a dict
        if problems:
            raise serializers.ValidationError(problems)
        return values


class OptionalFields(StrictSerializer):
    """Makes every field of a serializer optional, for a body that is completed before it is validated."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class RowField(serializers.UUIDField):
    """The id of a row of the request's tenant; its value is the row, which `get` loads."""

    def __init__(self, get: Callable[[TenantRequest, UUID], Any], missing: Any, **options: Any) -> None:
        self.get_row = get
        super().__init__(error_messages={"missing": missing}, **options)

    def to_internal_value(self, data: Any) -> Any:
        row_id = super().to_internal_value(data)
        try:
            return self.get_row(tenant_request(self.context["request"]), row_id)
        except Http404:
            self.fail("missing")


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


class RootSerializer(serializers.Serializer[Any]):
    """Where everything of the API is."""

    example = {
        "resources": {"shows": "https://vivavoce.example/api/v1/shows/"},
        "documentation": "https://vivavoce.example/api/v1/docs/",
        "openapi": "https://vivavoce.example/api/v1/openapi.json",
    }

    resources = serializers.DictField(child=serializers.URLField())
    documentation = serializers.URLField()
    openapi = serializers.URLField()
