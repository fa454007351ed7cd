"""Gives each request an id, which its answer, an error of the REST API and the log name."""

import logging
import secrets
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

HEADER: Final = "X-Request-ID"


def new_request_id() -> str:
    return secrets.token_hex(8)


def request_id_of(request: HttpRequest) -> str:
    """Return the id of a request; empty for one that did not pass the middleware."""
    return str(getattr(request, "request_id", ""))


class RequestIdMiddleware:
    """Sets `request.request_id` and the header of the answer. An id that the client sends is not used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = new_request_id()  # type: ignore[attr-defined]
        with bound_contextvars(request=request_id_of(request)):
            response = self._get_response(request)
        response.headers[HEADER] = request_id_of(request)
        return response


class NameRequest(logging.Filter):
    """Adds the request's id to what Django logs about a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and (request_id := request_id_of(request)):
            record.msg, record.args = f"{record.getMessage()} [request {request_id}]", ()
        return True
