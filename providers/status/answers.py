"""Answers `/healthz`, `/readyz` and `/metrics`, for the web app and the other processes' status server."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from secrets import compare_digest
from typing import Final

from django.conf import settings

from providers.status.checks import ReadinessProbe, is_ready
from providers.status.metrics import CONTENT_TYPE_LATEST, metrics_text

TEXT: Final = "text/plain; charset=utf-8"


class StatusPath(StrEnum):
    """The addresses that a status is read at."""

    HEALTH = "/healthz"
    READINESS = "/readyz"
    METRICS = "/metrics"


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """A whole answer: its status, the type of its content, and the content."""

    status: HTTPStatus
    content_type: str
    content: bytes


NOT_FOUND: Final = StatusAnswer(HTTPStatus.NOT_FOUND, TEXT, b"not found\n")


class StatusPages:
    """The three addresses of one process.

    Args:
        is_alive: whether the process does its work; one that does not should be started again.
        readiness: the checks behind `/readyz`.
        before_metrics: updates gauges of this process that are read only when somebody asks.
        more_metrics: further figures in the same format.
    """

    def __init__(
        self,
        *,
        is_alive: Callable[[], bool] = lambda: True,
        readiness: ReadinessProbe | None = None,
        before_metrics: Callable[[], None] = lambda: None,
        more_metrics: Callable[[], bytes] = lambda: b"",
    ) -> None:
        self._is_alive = is_alive
        self._readiness = readiness or ReadinessProbe()
        self._before_metrics = before_metrics
        self._more_metrics = more_metrics

    def answer(self, path: str, authorization: str) -> StatusAnswer | None:
        """Return the answer for a path; None for any other path."""
        match path:
            case StatusPath.HEALTH:
                return self._health()
            case StatusPath.READINESS:
                return self._ready()
            case StatusPath.METRICS:
                return self._metrics(authorization)
        return None

    def _health(self) -> StatusAnswer:
        if self._is_alive():
            return StatusAnswer(HTTPStatus.OK, TEXT, b"ok\n")
        return StatusAnswer(HTTPStatus.SERVICE_UNAVAILABLE, TEXT, b"stalled\n")

    def _ready(self) -> StatusAnswer:
        results = self._readiness.results()
        ready = is_ready(results)
        body = json.dumps({"ready": ready, "checks": results}).encode()
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return StatusAnswer(status, "application/json", body)

    def _metrics(self, authorization: str) -> StatusAnswer:
        if not settings.METRICS_TOKEN:
            return NOT_FOUND
        if not compare_digest(authorization.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
            return StatusAnswer(HTTPStatus.UNAUTHORIZED, TEXT, b"the token is missing or wrong\n")
        self._before_metrics()
        text = metrics_text() + self._more_metrics()
        return StatusAnswer(HTTPStatus.OK, CONTENT_TYPE_LATEST, text)
