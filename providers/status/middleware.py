"""Serves the status addresses of the web app, and counts what it answers."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest

from providers.status.answers import StatusPages
from providers.status.metrics import HTTP_REQUESTS, HTTP_SECONDS

PARTS: Final = (("/api/", "api"), ("/overlay/", "overlay"), ("/stripe/", "webhook"), ("/static/", "static"))


class StatusMiddleware:
    """Answers the status addresses before anything else: without a host's name, https, session, database.

    Place it first. Probes of an orchestrator ask over plain http, with the address of the process as host.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._pages = StatusPages(more_metrics=_installation_metrics)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            answer = self._pages.answer(request.path, request.headers.get("Authorization", ""))
            if answer is not None:
                headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
                response = HttpResponse(
                    answer.content, content_type=answer.content_type, status=answer.status, headers=headers
                )
                response._has_been_logged = True  # type: ignore[attr-defined]  # 503 is an answer, no fault
                return response
        return self._counted(request)

    def _counted(self, request: HttpRequest) -> HttpResponse:
        part = part_of(request.path)
        begun_s = time.perf_counter()
        status = 500
        try:
            response = self._get_response(request)
            status = response.status_code
        finally:
            HTTP_SECONDS.labels(part).observe(time.perf_counter() - begun_s)
            HTTP_REQUESTS.labels(part, f"{status // 100}xx").inc()
        return response


def part_of(path: str) -> str:
    """Return the part of the site that a path belongs to."""
    return next((part for start, part in PARTS if path.startswith(start)), "page")


def _installation_metrics() -> bytes:
    """Return the figures of the collectors that the settings name, which read the database and Redis."""
    return generate_latest(_installation_registry())


@lru_cache(maxsize=1)
def _installation_registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    for path in settings.METRICS_COLLECTORS:
        registry.register(import_string(path)())
    return registry
