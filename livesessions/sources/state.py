"""Events on their way from one worker to the next: values go in, what JSON can carry comes out, and back."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from livesessions.sources.events import EventKind, Gift, LiveEvent, Viewer

Frozen = dict[str, Any]

VIEWER_FIELDS = tuple(field.name for field in fields(Viewer))
GIFT_FIELDS = tuple(field.name for field in fields(Gift))


def freeze_event(event: LiveEvent) -> Frozen:
    """Return an event as plain values; `thaw_event` makes an equal one of them.

    Costs a µs: the snapshots of a live under a storm of gifts hold hundreds of events, many times a second.
    """
    viewer, gift = event.viewer, event.gift
    return {
        "kind": event.kind.value,
        "source_id": event.source_id,
        "occurred_at": event.occurred_at.isoformat(),
        "viewer": _plain(viewer, VIEWER_FIELDS) if viewer else None,
        "text": event.text,
        "count": event.count,
        "gift": _plain(gift, GIFT_FIELDS) if gift else None,
        "streak_open": event.streak_open,
        "targets": event.targets,
        "target_viewer_ids": event.target_viewer_ids,
    }


def _plain(value: Viewer | Gift, names: tuple[str, ...]) -> Frozen:
    return {name: getattr(value, name) for name in names}


def thaw_event(frozen: Frozen) -> LiveEvent:
    """Return the event that was frozen. Raise KeyError, TypeError or ValueError when none was."""
    viewer, gift = frozen["viewer"], frozen["gift"]
    return LiveEvent(
        **{
            **frozen,
            "kind": EventKind(frozen["kind"]),
            "occurred_at": datetime.fromisoformat(frozen["occurred_at"]),
            "viewer": Viewer(**viewer) if viewer else None,
            "gift": Gift(**gift) if gift else None,
            "targets": tuple(frozen["targets"]),
            "target_viewer_ids": tuple(frozen["target_viewer_ids"]),
        }
    )
