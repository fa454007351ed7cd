"""Errors of the credentials, addresses, rate limits and object stores that `providers` offers."""

from enum import StrEnum

from tenants.errors import AppError, TechnicalError


class AddressFault(StrEnum):
    """Why a request to an address is refused."""

    MALFORMED = "malformed"
    NOT_HTTPS = "not_https"
    PORT = "port"
    UNKNOWN_HOST = "unknown_host"
    NOT_PUBLIC = "not_public"


class AddressRefused(AppError):
    """Raised for an address that a workspace may not choose. The message is for the user."""

    code = "address_refused"
    status = 400

    def __init__(self, message: str, fault: AddressFault) -> None:
        super().__init__(message)
        self.fault = fault


class SecretUnreadable(TechnicalError):
    """Raised when a stored secret cannot be read with any of the installation's encryption keys."""

    code = "secret_unreadable"
    permanent = True


class RateLimitUnavailable(TechnicalError):
    """Raised when Redis does not answer and a rate limit cannot be counted."""

    code = "rate_limit_unavailable"


class ObjectStoreError(TechnicalError):
    """Raised when the object store failed or did not answer in time."""

    code = "object_store_failed"


class ObjectKeyRefused(TechnicalError):
    """Raised for a key that could name an object outside the tenant's folder."""

    code = "object_key_refused"
    permanent = True
