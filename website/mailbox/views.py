"""The mails of a developer's machine, which leave it nowhere. Without `MAILBOX_DIR` there is nothing here."""

from collections.abc import Callable
from email.message import EmailMessage
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from website.mailbox.backend import find_mail, read_mails

# A mail has its style inline, as mail programs want it; nothing in it runs, and links open in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-top-navigation"


def development_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 unless mails are stored here."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAILBOX_DIR:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapper


@never_cache
@require_safe
@development_only
def mail_list(request: HttpRequest) -> HttpResponse:
    mails = [
        {
            "name": name,
            "subject": mail["subject"],
            "to": mail["to"],
            "sender": mail["from"],
            "text": _part(mail, "plain"),
            "has_html": bool(_part(mail, "html")),
        }
        for name, mail in read_mails()
    ]
    return render(request, "website/mail_list.html", {"mails": mails})


@never_cache
@require_safe
@xframe_options_sameorigin
@development_only
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """Show a mail's HTML part as a mail program would, for the frame on the list."""
    mail = find_mail(name)
    if mail is None:
        raise Http404
    response = HttpResponse(_part(mail, "html"))
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()) if body else ""
