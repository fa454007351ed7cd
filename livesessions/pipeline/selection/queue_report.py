"""Describes the queue of a live for its console: which turns come next, and why."""

from typing import TypedDict

from livesessions.pipeline.selection.director import Director
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import Hold, Priority, QueuedTurn
from planner.stage.choice.scoring import LineScore

SHOWN = 6
MAX_REASONS = 2
# The parts of a score that a person would name as a reason.
NAMED_PARTS = frozenset({"question", "addressed", "gifter", "newcomer", "trusted"})


class QueuedTurnReport(TypedDict):
    """One queued turn. `kind` is a `TurnKind`; `reasons` are why it is chosen, the weightiest first.

    A reason is a part of the score, or `streamer`, `next`, `pinned`, `help`, `gift` or `courtesy`.
    """

    id: str
    kind: str
    name: str
    text: str
    gift: str
    count: int
    others: int
    hold: str
    reasons: list[str]


class QueueReport(TypedDict):
    """The first turns of the queue, how many there are, and whether the streamer has paused the host.

    `refused` is the id of a message that could not be answered for the reason `why`: `gone` or `rules`.
    """

    turns: list[QueuedTurnReport]
    total: int
    is_paused: bool
    refused: str
    why: str


def report_turns(queue: TurnQueue, director: Director) -> list[QueuedTurnReport]:
    """Return the turns that come next, in order."""
    return [_report(turn, found) for turn, found in director.ranked(SHOWN)[:SHOWN]] if len(queue) else []


def _report(queued: QueuedTurn, found: LineScore | None) -> QueuedTurnReport:
    turn = queued.turn
    return {
        "id": queued.id,
        "kind": turn.kind.value,
        "name": turn.viewer_name,
        "text": queued.line or turn.text,
        "gift": turn.gift_name,
        "count": turn.count,
        "others": len(queued.also),
        "hold": queued.hold.value,
        "reasons": _reasons(queued, found),
    }


def _reasons(queued: QueuedTurn, found: LineScore | None) -> list[str]:
    if queued.priority is Priority.STREAMER:
        return ["streamer"]
    if queued.hold is Hold.NEXT:
        return ["next"]
    first = ["pinned"] if queued.hold is Hold.PINNED else []
    if queued.priority is Priority.COMMENT:
        parts = found.parts if found is not None else {}
        named = [name for name, points in parts.items() if name in NAMED_PARTS and points > 0.0]
        return [*first, *sorted(named, key=lambda name: -parts[name])[:MAX_REASONS]]
    return first + {Priority.HELP: ["help"], Priority.GIFT: ["gift"]}.get(queued.priority, ["courtesy"])
