"""The intake's part of a live's snapshot."""

from typing import Any, NotRequired, TypedDict

from chatsources.state import EventState


class StreaksState(TypedDict):
    """Open gift streaks, and those counted last: viewer id, gift id, streak id, and how many were counted."""

    open: list[EventState]
    counted: list[tuple[str, str, str, int]]


class ThanksState(TypedDict):
    """Open groups of thanks as the planner saves them, and the first events of each by its kind."""

    groups: dict[str, Any]
    events: dict[str, list[EventState]]


class DeescalationState(TypedDict):
    """The toxic streak as the moderation saves it, and the seconds left of each cooldown by its action."""

    toxic: dict[str, Any]
    cooldowns_s: dict[str, float]


class IntakeState(TypedDict):
    """What the next worker's intake must know.

    `unrecorded` lists seen events that may not be in the log. `deescalation` is None where none was saved.
    `first_times` is missing in the states of older workers.
    """

    seen: list[str]
    unrecorded: list[str]
    viewers: int | None
    streaks: StreaksState
    thanks: ThanksState
    deescalation: DeescalationState | None
    counts: dict[str, int]
    first_times: NotRequired[list[str]]
