"""Groups follows, shares and subscriptions, so that many are thanked at once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from chatsources.events import EventKind, LiveEvent
from chatsources.state import event_from_state, event_to_state
from livesessions.pipeline.intake.state import ThanksState
from planner.stage.thanks_groups import Group, ThanksGroups
from planner.stage.turn import TurnKind

MAX_EVENTS = 20  # of a group; further ones count, but no reply names them

BATCHED = {
    EventKind.FOLLOW: TurnKind.FOLLOW,
    EventKind.SHARE: TurnKind.SHARE,
    EventKind.SUBSCRIBE: TurnKind.SUBSCRIBE,
}


class ThanksBatcher:
    """Calls `thank` with each group that is complete, or that has waited long enough."""

    def __init__(
        self,
        per_thanks: Mapping[TurnKind, int],
        *,
        thank: Callable[[Group, Sequence[LiveEvent]], None],
        now_s: Callable[[], float],
    ) -> None:
        self._never = {kind for kind, size in per_thanks.items() if size < 1}
        self._groups = ThanksGroups(per_thanks)
        self._events: dict[TurnKind, list[LiveEvent]] = {}
        self._thank = thank
        self._now_s = now_s
        self._opened = asyncio.Event()

    def add(self, event: LiveEvent) -> None:
        """Add an event of one of the `BATCHED` kinds."""
        kind = BATCHED[event.kind]
        if kind in self._never:
            return
        events = self._events.setdefault(kind, [])
        if len(events) < MAX_EVENTS:
            events.append(event)
        name, viewer_id = (event.viewer.name, event.viewer.id) if event.viewer else ("", "")
        group = self._groups.add(kind, name, viewer_id, self._now_s())
        if group is not None:
            self._complete(group)
        self._opened.set()

    def forget(self, matches: Callable[[LiveEvent], bool]) -> None:
        """Remove the events that `matches` accepts from the open groups."""
        for kind, events in list(self._events.items()):
            kept = [event for event in events if not matches(event)]
            for event in events:
                if event.viewer is not None and matches(event):
                    self._groups.forget(event.viewer.id)
            self._events[kind] = kept

    async def run(self) -> None:
        """Thank the groups that stay incomplete, until cancelled."""
        while True:
            deadline_s = self._groups.next_deadline()
            if deadline_s is None:
                self._opened.clear()
                await self._opened.wait()
                continue
            await asyncio.sleep(max(deadline_s - self._now_s(), 0.0))
            for group in self._groups.expire(self._now_s()):
                self._complete(group)

    def _complete(self, group: Group) -> None:
        self._thank(group, self._events.pop(group.kind, ()))

    def to_state(self) -> ThanksState:
        groups = self._groups.snapshot(self._now_s())
        events = {
            kind: [event_to_state(event) for event in self._events.get(TurnKind(kind), ())] for kind in groups
        }
        return {"groups": groups, "events": events}

    def restore(self, state: ThanksState) -> None:
        self._groups.restore(state["groups"], self._now_s())
        for kind, events in state["events"].items():
            self._events[TurnKind(kind)] = [event_from_state(event) for event in events]
        self._opened.set()
