"""Finds what makes settings unsafe in production; it stops the start and fails `manage.py check --deploy`."""

import ipaddress
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_SECRET: Final = "dev-only-not-a-secret"  # noqa: S105
DEVELOPMENT_FIELD_KEY: Final = "ZGV2LW9ubHktbm90LWEtc2VjcmV0LWRldi1vbmx5ISE="
TEST_SECRET: Final = "tests-only"  # noqa: S105
TEST_FIELD_KEY: Final = "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk="
# Everybody can read these; the last one was a placeholder of an earlier release.
KNOWN_KEYS: Final = {DEVELOPMENT_FIELD_KEY, TEST_FIELD_KEY, "b25seS1mb3ItdGhpcy1jaGVjay1vbmx5LWZvci1pdCE="}
PUBLIC_WORDS: Final = (DEVELOPMENT_SECRET, TEST_SECRET, "only-for-this-check", "django-insecure-", "changeme")
MIN_SECRET_LENGTH: Final = 32
MIN_SECRET_CHARACTERS: Final = 10  # different ones
LARGEST_FORM_BYTES: Final = 10_000_000
MOST_FORM_FIELDS: Final = 10_000
ENCRYPTED_MODES: Final = ("require", "verify-ca", "verify-full")  # of libpq; the others may send clear text

ADVICE: Final = 'Make one with `python -c "import secrets; print(secrets.token_urlsafe(48))"`.'

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnsafeSetting:
    """One setting that production must not have, and what to do about it."""

    id: str
    name: str
    problem: str

    def __str__(self) -> str:
        return f"{self.name} {self.problem}"


def unsafe_settings(settings: Settings) -> list[UnsafeSetting]:
    """Return all faults of these settings, by name."""
    return [fault for check in CHECKS for fault in check(settings)]


def refuse_unsafe(settings: Settings) -> None:
    """Raise `ImproperlyConfigured` with all faults."""
    if faults := unsafe_settings(settings):
        raise ImproperlyConfigured(" ".join(map(str, faults)))


def _secrets(settings: Settings) -> Iterator[UnsafeSetting]:
    for name in ("SECRET_KEY", "VIEWER_HASH_KEY"):
        value = settings[name]
        if any(word in value.lower() for word in PUBLIC_WORDS):
            yield UnsafeSetting("E001", name, f"is known to everybody. {ADVICE}")
        elif len(value) < MIN_SECRET_LENGTH or len(set(value)) < MIN_SECRET_CHARACTERS:
            yield UnsafeSetting("E001", name, f"is too easy to guess. {ADVICE}")


def _field_keys(settings: Settings) -> Iterator[UnsafeSetting]:
    keys = settings["FIELD_ENCRYPTION_KEYS"]
    if any(key in KNOWN_KEYS or len(set(key)) < MIN_SECRET_CHARACTERS for key in keys):
        problem = (
            "contains a key that everybody can know or guess. docs/configuration.md says how to make one."
        )
        yield UnsafeSetting("E002", "FIELD_ENCRYPTION_KEYS", problem)


def _hosts(settings: Settings) -> Iterator[UnsafeSetting]:
    for host in settings["ALLOWED_HOSTS"]:
        name = host.strip()
        if name == "*" or (name.startswith(".") and "." not in name[1:]):
            problem = f"contains {name!r}, which allows any address. Name the hosts that are served."
            yield UnsafeSetting("E003", "ALLOWED_HOSTS", problem)


def _debug(settings: Settings) -> Iterator[UnsafeSetting]:
    if settings["DEBUG"]:
        problem = "is on: error pages would show settings and data. Remove it from the environment."
        yield UnsafeSetting("E004", "DEBUG", problem)


def _encryption(settings: Settings) -> Iterator[UnsafeSetting]:
    allowed = set(settings["UNENCRYPTED_HOSTS"])
    advice = "or, within a private network, add the host to UNENCRYPTED_HOSTS."
    for host in sorted(_unencrypted_database_hosts(settings["DATABASES"]["default"]) - allowed):
        problem = f"leads to {host} without encryption. Add ?sslmode=verify-full (or require), {advice}"
        yield UnsafeSetting("E005", "DATABASE_URL", problem)
    for host in sorted(_unencrypted_redis_hosts(settings["REDIS_URL"]) - allowed):
        yield UnsafeSetting(
            "E006", "REDIS_URL", f"leads to {host} without encryption. Use rediss://, {advice}"
        )


def _request_limits(settings: Settings) -> Iterator[UnsafeSetting]:
    for name, most in (
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", LARGEST_FORM_BYTES),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", MOST_FORM_FIELDS),
    ):
        value = settings[name]
        if value is None or not 0 < value <= most:
            yield UnsafeSetting("E007", name, f"must limit requests, to {most:,} at most.")
    if not settings["REQUIRES_OWN_SERVER"]:
        problem = "must be on: other servers read a request of any size before Django can refuse it."
        yield UnsafeSetting("E007", "REQUIRES_OWN_SERVER", problem)


def _mailbox(settings: Settings) -> Iterator[UnsafeSetting]:
    if settings["MAILBOX_DIR"]:
        problem = "must be empty: everybody could read the links to confirm an address or set a password."
        yield UnsafeSetting("E008", "MAILBOX_DIR", problem)


def _payments(settings: Settings) -> Iterator[UnsafeSetting]:
    if settings.get("STRIPE_API_HOST"):
        problem = "must be empty: payments would go to a program that only plays Stripe."
        yield UnsafeSetting("E009", "STRIPE_API_HOST", problem)
    name = "STRIPE_LIVE_SECRET_KEY" if settings["STRIPE_LIVE_MODE"] else "STRIPE_TEST_SECRET_KEY"
    if settings["BILLING_ENABLED"] and not settings[name]:
        problem = "is empty, and BILLING_ENABLED needs it. STRIPE_LIVE_MODE chooses between the two keys."
        yield UnsafeSetting("E009", name, problem)
    if settings["BILLING_ENABLED"] and not settings["PUBLIC_URL"]:
        problem = "is empty, and BILLING_ENABLED needs it: Stripe sends its webhooks there."
        yield UnsafeSetting("E009", "PUBLIC_URL", problem)


def _metrics_token(settings: Settings) -> Iterator[UnsafeSetting]:
    token = settings.get("METRICS_TOKEN", "")
    if token and (len(token) < MIN_SECRET_LENGTH or len(set(token)) < MIN_SECRET_CHARACTERS):
        yield UnsafeSetting("E010", "METRICS_TOKEN", f"is too easy to guess. {ADVICE}")


CHECKS: Final[tuple[Callable[[Settings], Iterator[UnsafeSetting]], ...]] = (
    _secrets,
    _field_keys,
    _hosts,
    _debug,
    _encryption,
    _request_limits,
    _mailbox,
    _payments,
    _metrics_token,
)


def _unencrypted_database_hosts(database: Settings) -> set[str]:
    """Return the other hosts that are reached in clear text.

    As in libpq, options win over the environment.
    """
    options = database.get("OPTIONS", {})
    mode = options.get("sslmode") or os.environ.get("PGSSLMODE", "")
    if mode in ENCRYPTED_MODES:
        return set()
    named = [database.get("HOST"), options.get("host"), options.get("hostaddr")]
    if not any(named):
        named = [os.environ.get("PGHOST"), os.environ.get("PGHOSTADDR")]
    if service := options.get("service") or os.environ.get("PGSERVICE"):
        named.append(service)  # its file may name any host
    return {host for each in named if each for host in each.split(",") if not _is_this_machine(host)}


def _unencrypted_redis_hosts(url: str) -> set[str]:
    parts = urlsplit(url)
    if parts.scheme != "redis":
        return set()
    hosts = [parts.hostname or "", *parse_qs(parts.query).get("host", [])]
    return {host for host in hosts if not _is_this_machine(host)}


def _is_this_machine(host: str) -> bool:
    """Return whether a host is a socket's folder, a loopback address or `localhost`."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
