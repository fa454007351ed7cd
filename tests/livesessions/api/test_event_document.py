import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from django_scopes import scope
from redis import Redis
from rest_framework import serializers
from rest_framework.test import APIClient

from chatsources.events import EventKind
from livesessions.api import throttles
from livesessions.api.event_serializers import (
    EVERY_KIND,
    FIELDS,
    MAX_EVENTS,
    MAY_COUNT_NOTHING,
    EventSerializer,
)
from livesessions.models.sessions import LiveSession
from tenants.api.parsers import MAX_BYTES
from tenants.api.serializers import CleanTextField, IdField
from tenants.models import Tenant, User
from tests.architecture.sources import ROOT

TEXT = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "docs" / "events.schema.json").read_text(encoding="utf-8"))
EXAMPLE, ANSWER = (json.loads(block) for block in re.findall(r"```json\n(.+?)```", TEXT, re.DOTALL))


def schema_of(field: serializers.Field[Any, Any, Any, Any]) -> dict[str, Any]:
    """Return what the serializers take, as JSON Schema."""
    if isinstance(field, serializers.Serializer):
        properties = {name: schema_of(inner) for name, inner in field.fields.items()}
        required = [name for name, inner in field.fields.items() if inner.required]
        return {
            "type": "object",
            "required": required,
            "additionalProperties": False,
            "properties": properties,
        }
    if isinstance(field, serializers.ListField):
        return {"type": "array", "maxItems": field.max_length, "items": schema_of(field.child)}
    if isinstance(field, IdField):
        return {"type": "string", "pattern": field.pattern, "maxLength": field.max_length}
    if isinstance(field, CleanTextField):
        return {"type": "string"} | ({} if field.allow_blank else {"minLength": 1})
    if isinstance(field, serializers.ChoiceField):
        return {"enum": list(field.choices)}
    if isinstance(field, serializers.IntegerField):
        return {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
    if isinstance(field, serializers.DateTimeField):
        return {"type": "string", "format": "date-time"}
    assert isinstance(field, serializers.BooleanField)
    return {"type": "boolean"}


def rules() -> list[dict[str, Any]]:
    """Return one rule for all kinds that need and may have the same."""
    alike: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for kind, fields in FIELDS.items():
        alike.setdefault(fields, []).append(kind.value)
    return [
        {"if": {"properties": {"kind": {"enum": kinds}}}, "then": consequence(kinds, needed, possible)}
        for (needed, possible), kinds in alike.items()
    ]


def consequence(kinds: list[str], needed: frozenset[str], possible: frozenset[str]) -> dict[str, Any]:
    fields: Iterable[str] = EventSerializer().fields.keys()
    names = [name for name in fields if name in EVERY_KIND | needed | possible]
    then: dict[str, Any] = {
        "required": [name for name in names if name in needed],
        "propertyNames": {"enum": names},
    }
    if "deleted" in kinds:
        then["anyOf"] = [{"required": ["targets"]}, {"required": ["target_viewer_ids"]}]
    if "count" in possible and not set(kinds) & set(MAY_COUNT_NOTHING):
        then["properties"] = {"count": {"minimum": 1}}
    return then


def test_the_schema_says_what_the_serializers_take() -> None:
    event = schema_of(EventSerializer()) | {"allOf": rules()}
    assert {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["events"],
        "additionalProperties": False,
        "properties": {"events": {"type": "array", "maxItems": MAX_EVENTS, "items": event}},
    } == SCHEMA


def test_the_table_says_what_each_kind_needs() -> None:
    def names(cell: str) -> frozenset[str]:
        return frozenset(re.findall(r"`(\w+)`", cell))

    rows = re.findall(r"^\| `(\w+)` \|[^|]+\|([^|]*)\|([^|]*)\|$", TEXT, re.MULTILINE)
    told = {
        kind: (names(needed), names(possible)) for kind, needed, possible in rows if kind in set(EventKind)
    }
    assert told == {**FIELDS, EventKind.DELETED: (FIELDS[EventKind.DELETED][1], frozenset())}


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{MAX_EVENTS} events and {MAX_BYTES // 1024} KB" in TEXT
    posts, events = throttles.POSTS, throttles.EVENTS
    assert f"{posts.rate_per_s:g} posts a second, {posts.burst} at once" in TEXT
    assert f"{60 * events.rate_per_s:,g} events a minute, {events.burst:,} at once" in TEXT


def test_the_example_is_answered_as_it_says(
    session: LiveSession,
    alice: User,
    tenant: Tenant,
    api_for: Callable[[User], APIClient],
    redis_client: Redis,
    settings: Any,
) -> None:
    with scope(tenant=tenant):
        LiveSession.objects.filter(id=session.id).update(status="active", started_at=datetime.now(UTC))
    api = api_for(alice)
    path = f"/api/v1/sessions/{session.id}/events/"
    api.post(path, {"events": EXAMPLE["events"][:1]}, format="json")
    answer = api.post(path, EXAMPLE, format="json")
    assert answer.status_code == 202
    assert answer.json() == ANSWER


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_is_explained(kind: EventKind) -> None:
    assert f"| `{kind.value}` |" in TEXT
