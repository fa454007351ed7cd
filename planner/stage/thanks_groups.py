"""Groups viewers who follow, share or subscribe, to thank them together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.stage.turn import TurnKind

WAITS_S = 60.0
REMEMBERED_VIEWERS = 500  # of one group; beyond, somebody who does it twice counts twice


@dataclass(frozen=True, slots=True)
class Group:
    """Viewers with the same action, in order; `count` is their number."""

    kind: TurnKind
    names: tuple[str, ...]
    count: int


@dataclass(slots=True)
class _Gathering:
    """An open group: names by viewer id."""

    opened_s: float
    names: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def group(self, kind: TurnKind) -> Group:
        return Group(kind, tuple(self.names.values()), self.count)


class ThanksGroups:
    """Completes a group at `per_thanks` viewers of a kind, or after `waits_s`.

    `per_thanks` is by kind: 0 for never, 1 (each) by default. A viewer counts once per group. Times are
    seconds of any monotonic clock.
    """

    def __init__(self, per_thanks: Mapping[TurnKind, int], *, waits_s: float = WAITS_S) -> None:
        self._per_thanks = per_thanks
        self._waits_s = waits_s
        self._open: dict[TurnKind, _Gathering] = {}

    def add(self, kind: TurnKind, name: str, viewer_id: str, now_s: float) -> Group | None:
        """Count a viewer; return the group that this completes. Without an id the name is the key."""
        size = self._per_thanks.get(kind, 1)
        if size < 1:
            return None
        gathering = self._open.setdefault(kind, _Gathering(now_s))
        key = viewer_id or name
        if key in gathering.names:
            return None
        if len(gathering.names) < REMEMBERED_VIEWERS and key:
            gathering.names[key] = name
        gathering.count += 1
        return self._close(kind) if gathering.count >= size else None

    def expire(self, now_s: float) -> list[Group]:
        """Return the groups that have waited long enough."""
        late = [kind for kind, gathering in self._open.items() if now_s - gathering.opened_s >= self._waits_s]
        return [self._close(kind) for kind in late]

    def next_deadline(self) -> float | None:
        """Return when `expire` next returns a group; None if no group is open."""
        opened_s = [gathering.opened_s for gathering in self._open.values()]
        return min(opened_s) + self._waits_s if opened_s else None

    def forget(self, viewer_id: str) -> None:
        """Remove a viewer."""
        for kind, gathering in list(self._open.items()):
            if gathering.names.pop(viewer_id, None) is not None:
                gathering.count -= 1
            if not gathering.count:
                del self._open[kind]

    def snapshot(self, now_s: float) -> dict[str, Any]:
        """Return the open groups as plain values, with ages in place of times."""
        return {
            kind.value: {
                "age_s": now_s - gathering.opened_s,
                "names": list(gathering.names.items()),
                "count": gathering.count,
            }
            for kind, gathering in self._open.items()
        }

    def restore(self, saved: Mapping[str, Any], now_s: float) -> None:
        """Continue from a snapshot; raise KeyError, TypeError or ValueError for an invalid one."""
        for kind, kept in saved.items():
            opened_s = now_s - kept["age_s"]
            self._open[TurnKind(kind)] = _Gathering(opened_s, dict(kept["names"]), kept["count"])

    def _close(self, kind: TurnKind) -> Group:
        return self._open.pop(kind).group(kind)
