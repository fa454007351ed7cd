"""Events on their way from one worker to the next: values go in, what JSON can carry comes out, and back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from livesessions.sources.events import EventKind, Gift, LiveEvent, Viewer

Frozen = dict[str, Any]


def freeze_event(event: LiveEvent) -> Frozen:
    """Return an event as plain values; `thaw_event` makes an equal one of them."""
    return {**asdict(event), "occurred_at": event.occurred_at.isoformat()}


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
