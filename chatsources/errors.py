"""The reasons why a source stops."""

from enum import StrEnum


class SourceFault(StrEnum):
    """Why a source stopped; the live's end reason has the same value."""

    HANDLE_NOT_FOUND = "handle_not_found"
    USER_OFFLINE = "user_offline"
    AGE_RESTRICTED = "age_restricted"
    SIGN_RATE_LIMITED = "sign_rate_limited"
    SIGN_FAILED = "sign_failed"
    BLOCKED = "blocked"
    CONNECTION_LOST = "connection_lost"
    SUSPENDED = "suspended"


class SourceError(Exception):
    """Raised by a source that stops. `permanent` is true when a retry cannot succeed."""

    def __init__(self, fault: SourceFault, *, permanent: bool, retry_after_s: float | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.permanent = permanent
        self.retry_after_s = retry_after_s
