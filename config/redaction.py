"""Removes from log records what does not belong there: secrets, addresses of people, refusals' tracebacks."""

import logging
import re
from typing import Final

_HIDDEN: Final = (
    # The tokens of overlays and of emergency links, and the keys that are sent by mail.
    (
        re.compile(
            r"(overlay/|emergency/|invitations/|accounts/confirm-email/|accounts/password/reset/key/)[^/\s'\"?]+"
        ),
        r"\1…",
    ),
    # User and password of a server's address.
    (re.compile(r"(\w+://)[^/\s'\"@]+@"), r"\1…@"),
    (re.compile(r"\b(Bearer|Basic|Token) +[\w.~+/=-]+", re.IGNORECASE), r"\1 …"),
    # Keys of providers, of Stripe, and of our own API.
    (re.compile(r"\b((?:sk|rk|pk|whsec|vv)[-_])[\w-]{8,}"), r"\1…"),
    (re.compile(r"[\w.%+-]+(@[\w-]+(?:\.[\w-]+)+)"), r"…\1"),
)


def redact(text: str) -> str:
    """Return a text without secrets and without the names of e-mail addresses."""
    for pattern, replacement in _HIDDEN:
        text = pattern.sub(replacement, text)
    return text


class HideSecrets(logging.Filter):
    """Hides secrets in addresses, which Django logs for failed and daphne for slow requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = redact(message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True


class ShortRefusals(logging.Filter):
    """Logs a refused request, such as 403, in one line: its traceback shows no fault of ours.

    Anybody can cause refusals, and a traceback for each fills the log.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 500)
        if status < 500:
            record.exc_info = record.exc_text = None
        return True
