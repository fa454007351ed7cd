"""Errors of the planner. No Django: the stage raises them too."""

from tenants.errors import InUse, TechnicalError


class PlannerError(TechnicalError):
    """Raised when no reply can be generated for a turn."""

    code = "planner_failed"


class PersonaInUse(InUse):
    """Raised when a persona cannot be deleted because shows use it. `shows` are their names."""

    code = "persona_in_use"
