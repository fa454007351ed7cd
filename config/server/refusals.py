"""The answers of the server itself, to requests that it does not pass on to Django."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext, gettext_noop
from django.utils.translation.trans_real import parse_accept_lang_header

from tenants.api.request_ids import HEADER, new_request_id

API_PREFIX = b"/api/"
PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title><p>{text}</p></html>'
)


@dataclass(frozen=True, slots=True)
class HttpRefusal:
    """An HTTP status with a text for people and a code for programs."""

    status: HTTPStatus
    code: str
    text: str


TOO_LARGE = HttpRefusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_large",
    gettext_noop("The request is too large. Send a smaller file or a shorter text."),
)
LONG_HEADERS = HttpRefusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "long_headers",
    gettext_noop(
        "The address and the headers of the request are too long. Delete this site's cookies and retry."
    ),
)
MANY_FIELDS = HttpRefusal(
    HTTPStatus.BAD_REQUEST, "many_fields", gettext_noop("The request contains too many fields.")
)
MALFORMED = HttpRefusal(HTTPStatus.BAD_REQUEST, "malformed", gettext_noop("The request is not valid HTTP."))
NO_SUCH_SOCKET = HttpRefusal(
    HTTPStatus.NOT_FOUND, "not_found", gettext_noop("There is no socket at this address.")
)
# Only a wrongly configured proxy sees these two, so they are not translated.
NO_SOCKETS = HttpRefusal(
    HTTPStatus.MISDIRECTED_REQUEST,
    "no_sockets_here",
    "This process serves pages. The proxy must route /ws/ to the socket process: see docs/operations.md.",
)
NO_PAGES = HttpRefusal(
    HTTPStatus.MISDIRECTED_REQUEST,
    "no_pages_here",
    "This process serves sockets. The proxy must route only /ws/ to it: see docs/operations.md.",
)


def answer(refusal: HttpRefusal, *, path: bytes, languages: bytes, with_body: bool = True) -> bytes:
    """Return a whole HTTP response: JSON in the REST API's error shape below /api/, otherwise a small page.

    `languages` is the request's Accept-Language.
    """
    request_id = new_request_id()
    with translation.override(_language(languages)):
        text = gettext(refusal.text)
        if path.startswith(API_PREFIX):
            error = {"detail": text, "code": refusal.code, "request_id": request_id}
            kind, body = "application/json", json.dumps(error)
        else:
            kind, body = "text/html; charset=utf-8", _page(refusal, text)
    content = body.encode()
    head = (
        f"HTTP/1.1 {refusal.status.value} {refusal.status.phrase}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        f"{HEADER}: {request_id}\r\n"
        "Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode("ascii") + (content if with_body else b"")


def _page(refusal: HttpRefusal, text: str) -> str:
    return PAGE.format(
        language=translation.get_language(), title=f"{refusal.status.value} Vivavoce", text=escape(text)
    )


def _language(accepted: bytes) -> str:
    """Return the first accepted language that the site has; the header may contain anything."""
    for language, _quality in parse_accept_lang_header(accepted.decode("latin-1")):
        try:
            return translation.get_supported_language_variant(language)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
