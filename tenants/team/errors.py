from tenants.errors import AppError


class TeamError(AppError):
    """Raised when a change of a team is refused; its message says what to do."""

    code = "team_refused"
    status = 409


class InvitationError(AppError):
    """Raised when an invitation cannot be sent or accepted; its message says what to do."""

    code = "invitation_refused"
    status = 409
