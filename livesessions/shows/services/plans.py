"""Writes of a show's plan. Each locks the show, so that the positions have no gaps."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from django.db import transaction

from livesessions.models.plans import Segment
from livesessions.models.shows import Show
from livesessions.shows import errors
from livesessions.shows.limits import MAX_SEGMENTS
from livesessions.shows.services.voice_cache import warm_on_commit


class SegmentValues(TypedDict):
    """The values of a segment, as a form or the API gives them."""

    kind: str
    title: str
    duration_s: int
    talking_points: list[str]


@transaction.atomic
def add_segment(*, show: Show, values: SegmentValues) -> Segment:
    """Append a segment to the plan, before a closing segment; raise `ShowConflict` when the plan is full."""
    segments = _lock(show)
    if len(segments) >= MAX_SEGMENTS:
        raise errors.plan_is_full()
    segment = _build_segment(show, values)
    closes = segments and segments[-1].kind == Segment.Kind.CLOSING != segment.kind
    segments.insert(len(segments) - 1 if closes else len(segments), segment)
    segment.position = segments.index(segment)
    segment.save()
    _renumber(segments)
    warm_on_commit(show.id)
    return segment


def change_segment(*, segment: Segment, values: SegmentValues) -> Segment:
    for field, value in values.items():
        setattr(segment, field, value)
    segment.save(update_fields=list(values))
    warm_on_commit(segment.show_id)
    return segment


@transaction.atomic
def delete_segment(*, segment: Segment) -> None:
    others = [other for other in _lock(segment.show) if other.id != segment.id]
    segment.delete()
    _renumber(others)
    warm_on_commit(segment.show_id)


@transaction.atomic
def move_segment(*, segment: Segment, by: int) -> None:
    """Move a segment by a number of places, at most to the start or end of the plan."""
    segments = _lock(segment.show)
    place = next((place for place, other in enumerate(segments) if other.id == segment.id), None)
    if place is not None:
        moved = segments.pop(place)
        segments.insert(max(place + by, 0), moved)
        _renumber(segments)


@transaction.atomic
def replace_plan(*, show: Show, plan: Sequence[SegmentValues]) -> list[Segment]:
    """Replace the whole plan; raise `ShowConflict` when the new one is too long."""
    if len(plan) > MAX_SEGMENTS:
        raise errors.plan_is_full()
    _lock(show)
    Segment.objects.filter(show=show).delete()
    segments = [_build_segment(show, values) for values in plan]
    for position, segment in enumerate(segments):
        segment.position = position
    warm_on_commit(show.id)
    return list(Segment.objects.bulk_create(segments))


@transaction.atomic
def fill_plan(*, show: Show, plan: Sequence[SegmentValues]) -> list[Segment]:
    """Fill an empty plan; raise `ShowConflict` when the plan has segments."""
    if _lock(show):
        raise errors.plan_is_not_empty()
    return replace_plan(show=show, plan=plan)


def _lock(show: Show) -> list[Segment]:
    """Lock the show until the transaction ends, and return its plan."""
    Show.objects.select_for_update(of=("self",)).only("id").get(id=show.id)
    return list(Segment.objects.filter(show=show))


def _build_segment(show: Show, values: SegmentValues) -> Segment:
    fields: dict[str, Any] = dict(values)
    return Segment(tenant_id=show.tenant_id, show=show, **fields)


def _renumber(segments: Iterable[Segment]) -> None:
    moved = []
    for position, segment in enumerate(segments):
        if segment.position != position:
            segment.position = position
            moved.append(segment)
    Segment.objects.bulk_update(moved, ["position"])
