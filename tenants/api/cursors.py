"""Pagination by cursors, for lists that grow while they are read."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_DIGITS = 18
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    description=f"Rows a page: {DEFAULT_LIMIT} when left out, {MAX_LIMIT} at most.",
)


@dataclass(frozen=True, slots=True)
class RowCursor:
    """The place of a row in a list that is ordered by time and id; as text, microseconds and the id."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> "RowCursor":
        """Return the cursor of a text; raise ValueError or OverflowError for any other text."""
        at, _separator, row_id = text.partition("-")
        return cls(EPOCH + timedelta(microseconds=int(at[:MAX_DIGITS])), UUID(row_id))


def row_cursor_of(request: Request, name: str) -> RowCursor | None:
    """Return the cursor in a query field; None without one. Raise `ValidationError` for a wrong one."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return RowCursor.parse(text)
    except (ValueError, OverflowError):
        raise wrong_field(name, _("This is not a cursor of this list.")) from None


def number_of(request: Request, name: str) -> int:
    """Return the number in a query field; 0 without one. Raise `ValidationError` for anything else."""
    text = request.query_params.get(name, "")
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise wrong_field(name, _("This is not a cursor of this list."))
    return int(text)


def limit_of(request: Request) -> int:
    """Return how many rows a page has; raise `ValidationError` for a limit that is no number from 1."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS and int(text)):
        raise wrong_field("limit", _("Enter a whole number from 1 to %(most)d.") % {"most": MAX_LIMIT})
    return min(int(text), MAX_LIMIT)


def page_address(request: Request, name: str, cursor: object) -> str:
    """Return the request's own address with another cursor."""
    return str(replace_query_param(request.build_absolute_uri(), name, str(cursor)))


def wrong_field(name: str, problem: str) -> ValidationError:
    return ValidationError({name: [problem]})
