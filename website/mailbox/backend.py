"""Stores mails as files instead of sending them. For development: `MAILBOX_DIR` names the folder."""

import logging
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMail
from pathlib import Path
from time import time_ns

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)

KEPT = 50  # mails; older ones are deleted
SUFFIX = ".eml"


class MailboxBackend(BaseEmailBackend):
    """Writes each mail to a file of its own, whose name is the time in nanoseconds."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            (folder / f"{time_ns():020}{SUFFIX}").write_bytes(message.message().as_bytes())
            logger.info("A mail was written; read it at /mails/.")
        for old in _paths()[KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def read_mails() -> list[tuple[str, ParsedMail]]:
    """Return the stored mails with their names, newest first."""
    return [(path.stem, _read(path)) for path in _paths()]


def find_mail(name: str) -> ParsedMail | None:
    path = next((path for path in _paths() if path.stem == name), None)
    return _read(path) if path else None


def _paths() -> list[Path]:
    return sorted(Path(settings.MAILBOX_DIR).glob(f"*{SUFFIX}"), reverse=True)


def _read(path: Path) -> ParsedMail:
    return message_from_bytes(path.read_bytes(), policy=policy.default)
