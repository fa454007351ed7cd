"""Asks the cue sources of a live, in their order, what the host should say of its own accord."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import inf

from livesessions.pipeline.selection.turn_queue import Priority, QueuedTurn
from livesessions.sources.state import Frozen
from planner.stage.cues import Cue, CueSource, NextAction


class CueSelector:
    """Holds what is due, by state: of each the cue of the first source that has one."""

    def __init__(self, sources: Sequence[CueSource], *, wall_s: Callable[[], float]) -> None:
        self._sources = sources
        self._wall_s = wall_s
        self._due: dict[NextAction, tuple[Cue, CueSource]] = {}

    def look(self, quiet_s: float) -> frozenset[NextAction]:
        """Ask every source, and return the states for which a cue is due."""
        self._due = {}
        now_s = self._wall_s()
        for source in self._sources:
            cue = source.due(now_s, quiet_s=quiet_s)
            if cue is not None:
                self._due.setdefault(cue.state, (cue, source))
        return frozenset(self._due)

    def worded(self) -> frozenset[NextAction]:
        """Return the states whose due cue is said word for word."""
        return frozenset(state for state, (cue, _source) in self._due.items() if cue.line)

    def quiet_for_s(self) -> float:
        """Return how long no source will have anything new to say if nothing happens."""
        now_s = self._wall_s()
        moments = (source.wakes_at_s(now_s) for source in self._sources)
        return min((moment_s - now_s for moment_s in moments if moment_s is not None), default=inf)

    def item(self, state: NextAction, now_s: float) -> QueuedTurn | None:
        """Return the cue that is due for a state as something to say."""
        if state not in self._due:
            return None
        cue, source = self._due[state]
        return QueuedTurn(Priority.REST, cue.turn, None, now_s, cue.line, cue=(cue, source))

    def took(self, item: QueuedTurn) -> None:
        """Tell the source of an item, if it came from one, that it is being said."""
        if item.cue is not None:
            cue, source = item.cue
            source.took(cue, self._wall_s())

    def snapshot(self) -> Frozen:
        """Return the sources' snapshots by name."""
        return {name: source.snapshot() for name, source in self._named()}

    def restore(self, frozen: Frozen) -> None:
        """Let every source that has a snapshot go on with it."""
        for name, source in self._named():
            if name in frozen:
                source.restore(frozen[name])

    def _named(self) -> list[tuple[str, CueSource]]:
        """Name each source by its class; of several of one class the later ones have a number too."""
        counted: Counter[str] = Counter()
        named = []
        for source in self._sources:
            name = type(source).__name__
            counted[name] += 1
            named.append((name if counted[name] == 1 else f"{name} {counted[name]}", source))
        return named
