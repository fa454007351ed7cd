"""Answers requests quickly while PostgreSQL is away, instead of letting each wait for it."""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, connection
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from providers.breaker import BreakerSettings, CircuitBreaker
from tenants.api.request_ids import request_id_of

logger = logging.getLogger(__name__)

API = "/api/"
RETRY_AFTER_S = 2
PROBE_EVERY_S = 1.0
# Classes of PostgreSQL's errors that concern one statement: it was cancelled, or waited for a lock in vain.
OF_A_STATEMENT = ("40", "53400", "55", "57014")


class DatabaseOutageMiddleware:
    """Answers 503 with `Retry-After` when a request fails because the database is away.

    After the first such failure all requests are answered so at once, but for one probe a second. Place it
    above everything that reads the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._breaker = CircuitBreaker(
            BreakerSettings(failures=1, pause_s=PROBE_EVERY_S, longest_pause_s=PROBE_EVERY_S)
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._breaker.is_open and not self._is_back():
            return unavailable(request)
        response = self._get_response(request)
        failure = getattr(request, "database_failure", None)
        if failure is None:
            return response
        if is_outage(failure) and not self._breaker.is_open:
            logger.warning("database unreachable, requests are refused")
            self._breaker.failed(permanent=True)
        return unavailable(request)

    def _is_back(self) -> bool:
        if not self._breaker.admit():
            return False
        with self._breaker.attempt() as attempt:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except (OperationalError, InterfaceError):
                attempt.failed(permanent=False)
                return False
            attempt.succeeded()
        logger.warning("database reachable again")
        return True


@receiver(got_request_exception)
def note_database_failure(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Note on the request that the database was the cause of its failure."""
    error = sys.exc_info()[1]
    if request is not None and isinstance(error, OperationalError | InterfaceError):
        request.database_failure = error  # type: ignore[attr-defined]


def is_outage(error: BaseException) -> bool:
    """Return whether an error concerns the database as a whole, not one statement."""
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return not code.startswith(OF_A_STATEMENT)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the answer 503: JSON for the API, otherwise a page that loads itself again."""
    with translation.override(translation.get_language_from_request(request)):
        if request.path.startswith(API):
            text = _("The service cannot reach its database right now. Try again in a moment.")
            body = {"detail": text, "code": "database_unreachable", "request_id": request_id_of(request)}
            response: HttpResponse = JsonResponse(body, status=503)
        else:
            # Without the request, whose session and messages are in the database.
            response = HttpResponse(render_to_string("503.html"), status=503)
            if request.method == "GET":
                response.headers["Refresh"] = str(RETRY_AFTER_S)  # also for an overlay's page in OBS
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    response.headers["Cache-Control"] = "no-store"
    return response
