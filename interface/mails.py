"""Mails as text and, from the same text, as HTML in our look."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

LINKS = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class MailPart:
    """A paragraph of a mail; one that is nothing but an address becomes a button."""

    text: str

    @property
    def is_link(self) -> bool:
        return self.text.startswith(LINKS) and not self.text.split()[1:]


def build_mail(*, to: list[str], subject: str, text: str, action: str = "") -> EmailMultiAlternatives:
    """Return a mail with a text and an HTML part; `action` is what its button says."""
    parts = [MailPart(part.strip()) for part in text.split("\n\n") if part.strip()]
    html = render_to_string(
        "account/email/branded.html", {"subject": subject, "parts": parts, "action": action}
    )
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, to)
    mail.attach_alternative(html, "text/html")
    return mail
