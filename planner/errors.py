"""Faults of the planner."""


class PlannerError(Exception):
    """Raised when no words can be had for a turn. `permanent` is true when trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
