"""Reads settings from the environment; a missing or malformed value raises `ImproperlyConfigured`."""

import json
import re
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

POSTGRES = ("postgres", "postgresql")
REDIS = ("redis", "rediss", "unix")
WEB = ("http", "https")
MAIL = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("plain", "json")
TRANSPORTS = ("http", "websocket")
PATH_PART = re.compile(r"[\w-]{1,100}", re.ASCII)
FALSE_WORDS = ("false", "off", "n", "no", "0")
STRIPE_KEY = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9]{24,}", re.ASCII)


class Environment(environ.Env):  # type: ignore[misc]
    """django-environ with strict parsing: it raises for a malformed number or boolean."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError:
            # Neither message nor cause shows the value: it may be a secret.
            raise ImproperlyConfigured(f"{var} in the environment is malformed.") from None

    @classmethod
    def parse_value(cls, value: str, cast: Any) -> Any:
        if cast is float:
            return float(value)
        if cast is bool and value.strip().lower() not in (*cls.BOOLEAN_TRUE_STRINGS, *FALSE_WORDS):
            raise ValueError("neither true nor false")
        return super().parse_value(value, cast)

    def required(self, var: str) -> str:
        """Return a value; raise if it is missing or empty."""
        value: str = self.str(var)
        if not value.strip():
            raise ImproperlyConfigured(f"{var} in the environment is empty.")
        return value

    def encryption_keys(self, var: str, default: str | None = None) -> list[str]:
        """Return the keys of a rotating set, each 32 bytes in URL-safe base64; the first encrypts."""
        value = self.required(var) if default is None else self.str(var, default=default)
        if not value and default == "":
            return []
        keys = [key.strip() for key in value.split(",") if key.strip()]
        if not keys or not all(map(_is_encryption_key, keys)):
            raise ImproperlyConfigured(f"{var} in the environment must be keys of 32 bytes in base64.")
        return keys

    def refuse_renamed(self, old: str, new: str) -> None:
        """Raise if a renamed variable is set, so that it does not lose its effect silently."""
        if old in self.ENVIRON:
            raise ImproperlyConfigured(f"{old} in the environment is now {new}: see docs/configuration.md.")

    def open_id_providers(self, var: str, default: str = "") -> list[dict[str, Any]]:
        """Return providers of OpenID Connect as allauth wants them, from a JSON list of objects.

        Each object has `id`, `name`, `server_url`, `client_id` and `secret`.
        """
        value: str = self.str(var, default=default)
        try:
            given = json.loads(value or "[]")
            if not isinstance(given, list):
                raise ValueError("not a list")
            return [_open_id_provider(each) for each in given]
        except (LookupError, TypeError, ValueError):
            raise ImproperlyConfigured(
                f"{var} in the environment is malformed: see docs/configuration.md."
            ) from None

    def choice(self, var: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of the choices, whatever its case."""
        value: str = self.str(var, default=default).lower()
        for choice in choices:
            if value == choice.lower():
                return choice
        raise ImproperlyConfigured(f"{var} in the environment must be one of {', '.join(choices)}.")

    def stripe_key(self, var: str, mode: str, default: str) -> str:
        """Return a secret or restricted key of Stripe's test or live mode; it may be empty.

        A publishable key, and a key of the other mode, is refused: money would move in the wrong account.
        """
        value: str = self.str(var, default=default).strip()
        found = STRIPE_KEY.fullmatch(value)
        if value and (found is None or found[1] != mode):
            raise ImproperlyConfigured(f"{var} in the environment must look like sk_{mode}_… or rk_{mode}_…")
        return value

    def host_and_port(self, var: str, default: str) -> str:
        """Return `host:port`, or an empty text."""
        value: str = self.str(var, default=default).strip()
        host, _, port = value.rpartition(":")
        if value and not (host and port.isascii() and port.isdigit() and int(port) < 65_536):
            raise ImproperlyConfigured(f"{var} in the environment must look like 127.0.0.1:9100")
        return value

    def path_part(self, var: str, default: str) -> str:
        """Return a part of an address: letters, digits, hyphens and underscores."""
        value: str = self.str(var, default=default) or default
        if not PATH_PART.fullmatch(value):
            raise ImproperlyConfigured(f"{var} in the environment must be letters, digits, - and _ only.")
        return value

    def address(self, var: str, schemes: tuple[str, ...], default: str | None = None) -> str:
        """Return a URL with one of the schemes. With a default, it may be missing or empty."""
        value: str = self.required(var) if default is None else self.str(var, default=default)
        if not _is_address(value, schemes) and (value or default is None):
            expected = " or ".join(f"{scheme}://…" for scheme in schemes)
            raise ImproperlyConfigured(f"{var} in the environment must look like {expected}")
        return value


def _open_id_provider(given: dict[str, str]) -> dict[str, Any]:
    names = ("id", "name", "server_url", "client_id", "secret")
    provider_id, name, server_url, client_id, secret = (given[each] for each in names)
    if not (PATH_PART.fullmatch(provider_id) and name and client_id and secret):
        raise ValueError("not a provider")
    if not _is_address(server_url, WEB):
        raise ValueError("not an address")
    return {
        "provider_id": provider_id,
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": server_url},
    }


def _is_encryption_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key)) == 32
    except ValueError:
        return False


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in schemes
            and (bool(parts.netloc) or parts.scheme in ("unix", "consolemail"))
            and parts.port != 0
        )
    except ValueError:
        return False
