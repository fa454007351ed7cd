"""Finds the plan's segment at a given time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from planner.stage.segments import PlanSegment, SegmentKind


@dataclass(frozen=True, slots=True)
class Slot:
    """A segment with its place in the plan and its seconds since the beginning."""

    index: int
    segment: PlanSegment
    begins_s: float
    ends_s: float


class Timetable:
    """The segments one after the other. The last one stays, unless it is the closing."""

    def __init__(self, segments: Sequence[PlanSegment]) -> None:
        ends = list(accumulate(segment.duration_s for segment in segments))
        self._slots = tuple(
            Slot(index, segment, end_s - segment.duration_s, end_s)
            for index, (segment, end_s) in enumerate(zip(segments, ends, strict=True))
        )

    @property
    def slots(self) -> tuple[Slot, ...]:
        return self._slots

    def at(self, elapsed_s: float) -> Slot | None:
        """Return what is on at a moment; None without a plan and after a closing."""
        for slot in self._slots:
            if elapsed_s < slot.ends_s:
                return slot
        stays = self._slots and self._slots[-1].segment.kind is not SegmentKind.CLOSING
        return self._slots[-1] if stays else None

    def is_over(self, elapsed_s: float) -> bool:
        """Return whether the planned time has run out."""
        return not self._slots or elapsed_s >= self._slots[-1].ends_s
