"""A device is known to an account that has logged in on it: a signed cookie says so.

Wrong tries from a known device are counted apart from all others, so that a stranger's tries cannot lock its
owner out. The pattern is OWASP's "device cookies".
"""

import secrets
from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

COOKIE = "known_device"
SALT = "accounts.known_devices"
MAX_AGE_S = 365 * 24 * 3600
MAX_ADDRESSES = 8  # of the accounts that share a device; the oldest is dropped
HASH_LENGTH = 32


def known_device(request: HttpRequest, email: str) -> str | None:
    """Return the id of the request's device if the account of this address has logged in on it."""
    device, addresses = _read(request)
    return device if device and _hash(email) in addresses else None


def remember_device(request: HttpRequest, response: HttpResponse, emails: Iterable[str]) -> None:
    """Make the device known to the account of these addresses, from the next request on."""
    device, addresses = _read(request)
    hashes = dict.fromkeys([*addresses, *map(_hash, emails)])
    value = {"id": device or secrets.token_urlsafe(16), "addresses": list(hashes)[-MAX_ADDRESSES:]}
    response.set_cookie(
        COOKIE,
        signing.dumps(value, salt=SALT),
        max_age=MAX_AGE_S,
        path=reverse("account_login").removesuffix("login/"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str | None, list[str]]:
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE_S)
    except signing.BadSignature:
        return None, []
    return value["id"], value["addresses"]


def _hash(email: str) -> str:
    # The cookie is signed, not encrypted: it must not tell who else uses the device.
    return salted_hmac(SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:HASH_LENGTH]
