"""Asks the cue sources of a live, in order, what the host should say of its own accord."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

from livesessions.pipeline.selection.turns import Priority, QueuedTurn
from planner.stage.cues import Cue, CueSource, NextAction


class CueSelector:
    """Keeps the due cue of each action: that of the first source that has one."""

    def __init__(self, sources: Sequence[CueSource], *, wall_s: Callable[[], float]) -> None:
        self._sources = sources
        self._wall_s = wall_s
        self._due: dict[NextAction, tuple[Cue, CueSource]] = {}

    def refresh(self, quiet_s: float) -> frozenset[NextAction]:
        """Ask every source, and return the actions for which a cue is due."""
        self._due = {}
        now_s = self._wall_s()
        for source in self._sources:
            cue = source.due(now_s, quiet_s=quiet_s)
            if cue is not None:
                self._due.setdefault(cue.state, (cue, source))
        return frozenset(self._due)

    def verbatim(self) -> frozenset[NextAction]:
        """Return the actions whose due cue is said word for word."""
        return frozenset(state for state, (cue, _source) in self._due.items() if cue.line)

    def next_in_s(self) -> float:
        """Return in how many seconds a source may have a new cue if nothing else happens."""
        now_s = self._wall_s()
        moments = (source.wakes_at_s(now_s) for source in self._sources)
        return min((moment_s - now_s for moment_s in moments if moment_s is not None), default=inf)

    def turn_for(self, action: NextAction, now_s: float) -> QueuedTurn | None:
        """Return the cue that is due for an action, as a turn."""
        if action not in self._due:
            return None
        cue, source = self._due[action]
        return QueuedTurn(Priority.REST, cue.turn, None, now_s, cue.line, cue=(cue, source))

    def said(self, turn: QueuedTurn) -> None:
        """Tell the source of a turn, if it came from one, that it is being said."""
        if turn.cue is not None:
            cue, source = turn.cue
            source.took(cue, self._wall_s())

    def to_state(self) -> dict[str, dict[str, Any]]:
        """Return the sources' states by their names."""
        return {name: source.snapshot() for name, source in self._named()}

    def restore(self, state: Mapping[str, dict[str, Any]]) -> None:
        """Restore every source that a state knows."""
        for name, source in self._named():
            if name in state:
                source.restore(state[name])

    def _named(self) -> list[tuple[str, CueSource]]:
        """Name each source by its class; a further one of the same class also by its number."""
        counted: Counter[str] = Counter()
        named = []
        for source in self._sources:
            name = type(source).__name__
            counted[name] += 1
            named.append((name if counted[name] == 1 else f"{name} {counted[name]}", source))
        return named
