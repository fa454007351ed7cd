"""Removes secrets that are part of addresses from log records."""

import logging
import re

# An overlay's token, and the keys that are sent by mail.
_SECRET = re.compile(r"(overlay/|accounts/confirm-email/|accounts/password/reset/key/)[^/\s'\"?]+")


class HideSecrets(logging.Filter):
    """Hides secrets in addresses, which Django logs for failed and daphne for slow requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = _SECRET.sub(r"\1…", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True
