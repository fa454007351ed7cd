"""Writes of a show's plan. Each locks the show, so that positions stay without gaps."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from django.db import transaction

from livesessions.models.plans import Segment
from livesessions.models.shows import Show
from livesessions.shows import errors
from livesessions.shows.limits import SEGMENTS
from livesessions.shows.services.warming import warm_once_stored


class SegmentValues(TypedDict):
    """One part of a plan, as it is entered."""

    kind: str
    title: str
    duration_s: int
    talking_points: list[str]


@transaction.atomic
def add_segment(*, show: Show, values: SegmentValues) -> Segment:
    """Put a segment at the end of the plan, but before its closing; raise `ShowConflict` when it is full."""
    segments = _lock(show)
    if len(segments) >= SEGMENTS:
        raise errors.plan_is_full()
    segment = _made(show, values)
    closes = segments and segments[-1].kind == Segment.Kind.CLOSING != segment.kind
    segments.insert(len(segments) - 1 if closes else len(segments), segment)
    segment.position = segments.index(segment)
    segment.save()
    _number(segments)
    warm_once_stored(show.id)
    return segment


def change_segment(*, segment: Segment, values: SegmentValues) -> Segment:
    for field, value in values.items():
        setattr(segment, field, value)
    segment.save(update_fields=list(values))
    warm_once_stored(segment.show_id)
    return segment


@transaction.atomic
def delete_segment(*, segment: Segment) -> None:
    others = [other for other in _lock(segment.show) if other.id != segment.id]
    segment.delete()
    _number(others)
    warm_once_stored(segment.show_id)


@transaction.atomic
def move_segment(*, segment: Segment, by: int) -> None:
    """Move a segment by so many places, at most to the plan's begin or end."""
    segments = _lock(segment.show)
    here = next((place for place, other in enumerate(segments) if other.id == segment.id), None)
    if here is not None:
        moved = segments.pop(here)
        segments.insert(max(here + by, 0), moved)
        _number(segments)


@transaction.atomic
def replace_plan(*, show: Show, plan: Sequence[SegmentValues]) -> list[Segment]:
    """Put another plan in the place of what is there; raise `ShowConflict` when it is too long."""
    if len(plan) > SEGMENTS:
        raise errors.plan_is_full()
    _lock(show)
    Segment.objects.filter(show=show).delete()
    segments = [_made(show, values) for values in plan]
    for position, segment in enumerate(segments):
        segment.position = position
    warm_once_stored(show.id)
    return list(Segment.objects.bulk_create(segments))


@transaction.atomic
def fill_plan(*, show: Show, plan: Sequence[SegmentValues]) -> list[Segment]:
    """Fill an empty plan; raise `ShowConflict` when something is there already."""
    if _lock(show):
        raise errors.plan_is_not_empty()
    return replace_plan(show=show, plan=plan)


def _lock(show: Show) -> list[Segment]:
    """Hold the show until the transaction ends, and return the plan as it stands."""
    Show.objects.select_for_update(of=("self",)).only("id").get(id=show.id)
    return list(Segment.objects.filter(show=show))


def _made(show: Show, values: SegmentValues) -> Segment:
    fields: dict[str, Any] = dict(values)
    return Segment(tenant_id=show.tenant_id, show=show, **fields)


def _number(segments: Iterable[Segment]) -> None:
    moved = []
    for position, segment in enumerate(segments):
        if segment.position != position:
            segment.position = position
            moved.append(segment)
    Segment.objects.bulk_update(moved, ["position"])
