"""The figures of the last ten minutes of a live, for the console's small pictures."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypedDict

from django.db.models import F, IntegerField, Max, Q, Sum
from django.db.models.functions import Cast, Extract, Floor

from chatsources.events import EventKind
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.intake.screener import MESSAGES

STEP_S = 10
STEPS = 60
SPAN_S = STEP_S * STEPS
SUMMED = ("messages", "gifts", "diamonds", "likes")


class Step(TypedDict):
    """One step of ten seconds; `viewers` is None where nobody said how many there were."""

    step: int
    viewers: int | None
    messages: int
    gifts: int
    diamonds: int
    likes: int


class Series(TypedDict):
    """The last steps, oldest first. Viewers before the first known number are 0."""

    viewers: list[int]
    messages: list[int]
    diamonds: list[int]
    likes: list[int]


class RoomSeries:
    """Keeps the steps of one page: those from before it was opened, and what the worker's counts add."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._steps: OrderedDict[int, Step] = OrderedDict((each["step"], each) for each in steps)
        self._counted: dict[str, int] = {}

    def note(self, now_s: float, viewers: int | None, counts: Mapping[str, int]) -> None:
        """Add what was counted since the last call; counts never fall but in a new worker's first message."""
        step = self._at(int(now_s // STEP_S))
        step["viewers"] = viewers if viewers is not None else step["viewers"]
        for name in SUMMED:
            if name in counts:
                grown = counts[name] - self._counted.get(name, counts[name])
                step[name] += max(grown, 0)  # type: ignore[literal-required]
        self._counted = dict(counts)

    def _at(self, step: int) -> Step:
        if step not in self._steps:
            self._steps[step] = empty_step(step)
            while len(self._steps) > STEPS:
                self._steps.popitem(last=False)
        return self._steps[step]

    def series(self, now_s: float) -> Series:
        """Return the steps until now."""
        last = int(now_s // STEP_S)
        series: Series = {"viewers": [], "messages": [], "diamonds": [], "likes": []}
        viewers = 0
        for number in range(last - STEPS + 1, last + 1):
            step = self._steps.get(number, empty_step(number))
            viewers = step["viewers"] if step["viewers"] is not None else viewers
            series["viewers"].append(viewers)
            series["messages"].append(step["messages"])
            series["diamonds"].append(step["diamonds"])
            series["likes"].append(step["likes"])
        return series

    def messages_per_minute(self, now_s: float) -> int:
        """Return the messages of the last minute."""
        last = int(now_s // STEP_S)
        recent = (self._steps.get(number) for number in range(last - 5, last + 1))
        return sum(step["messages"] for step in recent if step is not None)


def empty_step(number: int) -> Step:
    return {"step": number, "viewers": None, "messages": 0, "gifts": 0, "diamonds": 0, "likes": 0}


def read_steps(session: LiveSession, now_s: float) -> list[Step]:
    """Return the steps of the last ten minutes that are stored. One query, over those minutes only."""
    first = int(now_s // STEP_S) - STEPS + 1
    since = datetime.fromtimestamp(first * STEP_S, UTC)
    gift = Q(kind=EventKind.GIFT, streak_open=False)
    rows = (
        ChatEvent.objects.filter(session=session, session_month=session.log_month, occurred_at__gte=since)
        .annotate(step=Cast(Floor(Extract("occurred_at", "epoch") / STEP_S), IntegerField()))
        .values("step")
        .annotate(
            viewers=Max("count", filter=Q(kind=EventKind.VIEWERS)),
            messages=Sum(1, filter=Q(kind__in=MESSAGES), default=0),
            gifts=Sum("count", filter=gift, default=0),
            diamonds=Sum(F("count") * F("diamonds"), filter=gift, default=0),
            likes=Sum("count", filter=Q(kind=EventKind.LIKE), default=0),
        )
        .order_by("step")
    )
    return [Step(**row) for row in rows]
