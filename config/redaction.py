"""Removes from log records what does not belong there: secrets in addresses, and tracebacks of refusals."""

import logging
import re

# The tokens of overlays and of emergency links, and the keys that are sent by mail.
_SECRET = re.compile(
    r"(overlay/|emergency/|invitations/|accounts/confirm-email/|accounts/password/reset/key/)[^/\s'\"?]+"
)


class HideSecrets(logging.Filter):
    """Hides secrets in addresses, which Django logs for failed and daphne for slow requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = _SECRET.sub(r"\1…", message)
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
