"""Faults of the planner."""

from collections.abc import Sequence


class PlannerError(Exception):
    """Raised when no words can be had for a turn. `permanent` is true when trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class PersonaInUse(Exception):
    """Raised when a persona cannot be deleted, for it hosts these shows. `shows` are their names."""

    def __init__(self, shows: Sequence[str]) -> None:
        super().__init__(", ".join(shows))
        self.shows = tuple(shows)
