"""Thanks many at once: follows, shares and subscriptions go in, a group with its events comes out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from livesessions.sources.events import EventKind, LiveEvent
from livesessions.sources.state import Frozen, freeze_event, thaw_event
from planner.stage.thanks_groups import Group, ThanksGroups
from planner.stage.turn import TurnKind

REMEMBERED_EVENTS = 20  # of a group; the others count, but no reply names them

THANKED = {
    EventKind.FOLLOW: TurnKind.FOLLOW,
    EventKind.SHARE: TurnKind.SHARE,
    EventKind.SUBSCRIBE: TurnKind.SUBSCRIBE,
}


class Crowd:
    """Calls `thank` with each group that is complete, or has waited long enough."""

    def __init__(
        self,
        per_thanks: Mapping[TurnKind, int],
        *,
        thank: Callable[[Group, Sequence[LiveEvent]], None],
        now_s: Callable[[], float],
    ) -> None:
        self._never = {kind for kind, size in per_thanks.items() if size < 1}
        self._tallies = ThanksGroups(per_thanks)
        self._events: dict[TurnKind, list[LiveEvent]] = {}
        self._thank = thank
        self._now_s = now_s
        self._opened = asyncio.Event()

    def add(self, event: LiveEvent) -> None:
        """Count an event of a kind that is `THANKED`."""
        kind = THANKED[event.kind]
        if kind in self._never:
            return
        events = self._events.setdefault(kind, [])
        if len(events) < REMEMBERED_EVENTS:
            events.append(event)
        name, viewer_id = (event.viewer.name, event.viewer.id) if event.viewer else ("", "")
        group = self._tallies.add(kind, name, viewer_id, self._now_s())
        if group is not None:
            self._give(group)
        self._opened.set()

    def forget(self, is_meant: Callable[[LiveEvent], bool]) -> None:
        """Leave out whoever is meant by their event."""
        for kind, events in list(self._events.items()):
            kept = [event for event in events if not is_meant(event)]
            for event in events:
                if event.viewer is not None and is_meant(event):
                    self._tallies.forget(event.viewer.id)
            self._events[kind] = kept

    async def watch(self) -> None:
        """Thank the groups that stay incomplete, until cancelled."""
        while True:
            deadline_s = self._tallies.next_deadline()
            if deadline_s is None:
                self._opened.clear()
                await self._opened.wait()
                continue
            await asyncio.sleep(max(deadline_s - self._now_s(), 0.0))
            for group in self._tallies.expire(self._now_s()):
                self._give(group)

    def _give(self, group: Group) -> None:
        self._thank(group, self._events.pop(group.kind, ()))

    def snapshot(self) -> Frozen:
        """Return the open groups, as plain values."""
        tallies = self._tallies.snapshot(self._now_s())
        events = {
            kind: [freeze_event(event) for event in self._events.get(TurnKind(kind), ())] for kind in tallies
        }
        return {"tallies": tallies, "events": events}

    def restore(self, frozen: Frozen) -> None:
        """Go on with a snapshot."""
        self._tallies.restore(frozen["tallies"], self._now_s())
        for kind, events in frozen["events"].items():
            self._events[TurnKind(kind)] = [thaw_event(event) for event in events]
        self._opened.set()
