"""Errors of the planner. No Django: the stage raises them too."""

from collections.abc import Sequence

from tenants.errors import AppError, TechnicalError


class PlannerError(TechnicalError):
    """Raised when no reply can be generated for a turn."""

    code = "planner_failed"


class PersonaInUse(AppError):
    """Raised when a persona cannot be deleted because shows use it. `shows` are their names."""

    code = "persona_in_use"

    def __init__(self, message: str, *, shows: Sequence[str]) -> None:
        super().__init__(message)
        self.shows = tuple(shows)
