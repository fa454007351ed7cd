"""The errors of the REST API by their codes, as the documentation lists them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One error: its code, its HTTP status, and what it means and what to do, in English."""

    code: str
    status: int
    meaning: str


INVALID = Problem("invalid", 400, "Some fields are not valid. `errors` names each of them.")
PARSE_ERROR = Problem("parse_error", 400, "The body is not valid JSON, or is nested too deeply.")
MALFORMED = Problem("malformed", 400, "The request is not valid HTTP.")
NOT_AUTHENTICATED = Problem("not_authenticated", 401, "The request has no API token.")
AUTHENTICATION_FAILED = Problem(
    "authentication_failed", 401, "The API token is unknown, revoked or expired. Create a new one."
)
ROLE_TOO_LOW = Problem("role_too_low", 403, "The role of the token's creator allows reading only.")
SCOPE_MISSING = Problem("scope_missing", 403, "The token lacks the scope that this request needs.")
NOT_FOUND = Problem("not_found", 404, "There is no such thing in this workspace.")
SLASH_MISSING = Problem("slash_missing", 404, "The address lacks the slash at its end.")
METHOD_NOT_ALLOWED = Problem("method_not_allowed", 405, "The address does not take this method.")
NOT_ACCEPTABLE = Problem("not_acceptable", 406, "The API answers in JSON only.")
TOO_LARGE = Problem("too_large", 413, "The body is longer than this address accepts. Send smaller parts.")
UNSUPPORTED_MEDIA_TYPE = Problem(
    "unsupported_media_type", 415, "The body has the wrong type. Send `Content-Type: application/json`."
)
THROTTLED = Problem(
    "throttled", 429, "Too many requests. Try again after the seconds that `Retry-After` gives."
)
SERVER_ERROR = Problem(
    "server_error", 500, "Something broke on our side. Try again; if it stays, send us the `request_id`."
)
DATABASE_UNREACHABLE = Problem("database_unreachable", 503, "The database cannot be reached. Try again.")

# These can occur on any route; a route's own operation lists the others.
EVERYWHERE = (
    NOT_AUTHENTICATED,
    AUTHENTICATION_FAILED,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    SLASH_MISSING,
    THROTTLED,
    MALFORMED,
    SERVER_ERROR,
    DATABASE_UNREACHABLE,
)
