from django.conf import settings
from django.http import HttpRequest


def mailbox(request: HttpRequest) -> dict[str, bool]:
    """Return whether mails can be read on a page of this site, as in development."""
    return {"has_mailbox": bool(settings.MAILBOX_DIR)}
