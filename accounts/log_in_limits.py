"""Limits wrong tries by account and address together, so that nobody locks somebody else out."""

import logging
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.known_devices import known_device
from providers.errors import RateLimitUnavailable
from providers.rate_limit import RateLimit, Window, forget, take
from tenants.http import client_address

logger = logging.getLogger(__name__)

TRIES = Window(limit=5, window_s=300)  # of one account, from one address or on one known device
ADDRESS_TRIES = Window(limit=30, window_s=60)  # of all accounts, from one address
# Of one account, from all unknown devices together. Whoever reaches this limit knows the password; without it
# many addresses together would find one of a million codes.
CODE_TRIES = Window(limit=20, window_s=3_600)
RESET_MAILS = Window(limit=5, window_s=3_600)  # to one account
CODE_LIFETIME = Window(limit=1, window_s=300)  # longer than any code is valid
IPV6_PREFIX = 64  # what one subscriber has


def take_password_try(request: HttpRequest, email: str) -> float:
    """Count a try to log in; return 0, or the seconds to wait if it must not be made."""
    limits: dict[str, RateLimit] = {_name_of("password", request, email): TRIES}
    if known_device(request, email) is None:
        limits[f"log-in:address:{_network(request)}"] = ADDRESS_TRIES
    return _take(limits)


def forget_password_tries(request: HttpRequest, email: str) -> None:
    """Start again to count an account's tries from here: its owner has logged in."""
    _forget(_name_of("password", request, email))


def take_code_try(request: HttpRequest, email: str) -> float:
    """Count a try to enter a code of the second factor; return 0, or the seconds to wait."""
    limits: dict[str, RateLimit] = {_name_of("code", request, email): TRIES}
    if known_device(request, email) is None:
        limits[f"log-in:codes:{_hash(email)}"] = CODE_TRIES
    return _take(limits)


def forget_code_tries(request: HttpRequest, email: str) -> None:
    _forget(_name_of("code", request, email))


def take_reset_mail(email: str) -> bool:
    """Return whether one more mail to choose a new password may go to this address."""
    return not _take({f"log-in:reset-mails:{_hash(email.strip().lower())}": RESET_MAILS})


def use_code_once(email: str, code: str) -> bool:
    """Return whether a code is used for the first time."""
    return not _take({f"log-in:used-code:{_hash(f'{email} {code}')}": CODE_LIFETIME})


def _name_of(kind: str, request: HttpRequest, email: str) -> str:
    device = known_device(request, email)
    source = f"device {device}" if device else f"address {_network(request)}"
    return f"log-in:{kind}:{_hash(f'{email.strip().lower()} {source}')}"


def _network(request: HttpRequest) -> str:
    """Return the client's address; of an IPv6 address only the part that its provider assigns."""
    found = client_address(request)
    if found is None:
        return "unknown"
    address = ip_address(found)
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, IPV6_PREFIX), strict=False))


def _hash(text: str) -> str:
    return salted_hmac("accounts.log_in_limits", text, algorithm="sha256").hexdigest()[:32]


def _take(limits: Mapping[str, RateLimit]) -> float:
    try:
        return take(limits)
    except RateLimitUnavailable:
        # Without Redis nothing is counted, and people must reach their running lives.
        logger.warning("A try to log in was not counted.")
        return 0.0


def _forget(name: str) -> None:
    try:
        forget([name])
    except RateLimitUnavailable:
        logger.warning("The tries of a log-in were not forgotten.")
