"""Keeps secrets that are part of an address out of the logs: a record goes in, the same without them out."""

import logging
import re

# An overlay's token, and the keys that are sent by mail.
_SECRET = re.compile(r"(overlay/|accounts/confirm-email/|accounts/password/reset/key/)[^/\s'\"?]+")


class HideSecrets(logging.Filter):
    """Django names the address of what it could not answer, and daphne that of what took too long."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = _SECRET.sub(r"\1…", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True
