"""Builds the turns that the host may react to from the events of a live."""

from collections.abc import Sequence

from chatsources.events import LiveEvent
from livesessions.pipeline.selection.turns import Priority, QueuedTurn
from planner.stage.thanks_groups import Group
from planner.stage.turn import Turn, TurnKind

MAX_NAMES = 20  # of a group that is thanked at once
# What a gift is called on the screen when its source does not say.
UNNAMED_GIFT = {"de": "Geschenk", "es": "regalo", "fr": "cadeau", "it": "regalo", "pt": "presente"}


def message_turn(
    event: LiveEvent, *, language: str, now_s: float, careful: bool, trusted: bool
) -> QueuedTurn:
    """Return the turn of a viewer's message."""
    turn = _turn(TurnKind.COMMENT, event, language=language, careful=careful)
    return QueuedTurn(Priority.COMMENT, turn, event, now_s, trusted=trusted)


def gift_text(event: LiveEvent, *, language: str) -> str:
    """Return a gift as the overlay shows it, with its number."""
    name = event.gift.name.strip() if event.gift else ""
    return f"{name or UNNAMED_GIFT.get(language, 'gift')} × {event.count}"


def gift_turn(event: LiveEvent, *, language: str, now_s: float) -> QueuedTurn:
    """Return the turn of a gift or of a finished gift streak."""
    return QueuedTurn(Priority.GIFT, _turn(TurnKind.GIFT, event, language=language), event, now_s)


def group_turn(group: Group, events: Sequence[LiveEvent], *, language: str, now_s: float) -> QueuedTurn:
    """Return the turn of a group of follows, shares or subscriptions."""
    names = [name for name in group.names if name][:MAX_NAMES]
    first = events[0] if events else None
    turn = Turn(
        kind=group.kind,
        viewer_name=names[0] if names else "",
        language=language,
        count=group.count,
        viewer_id=first.viewer.id if first and first.viewer else "",
        also=tuple(names[1:]),
    )
    return QueuedTurn(Priority.REST, turn, first, now_s, also=tuple(events[1:]))


def _turn(kind: TurnKind, event: LiveEvent, *, language: str, careful: bool = False) -> Turn:
    viewer, gift = event.viewer, event.gift
    return Turn(
        kind=kind,
        viewer_name=viewer.name if viewer else "",
        language=language,
        text=event.text,
        gift_name=gift.name if gift else "",
        count=event.count,
        careful=careful,
        viewer_id=viewer.id if viewer else "",
        diamonds=gift.diamonds * event.count if gift else 0,
    )
