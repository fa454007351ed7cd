from math import ceil
from typing import Any

from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from livesessions.errors import IntakeUnreachable
from livesessions.models.sessions import LiveSession
from providers.errors import RateLimitUnavailable
from providers.rate_limit import Bucket, take

POSTS = Bucket(rate_per_s=20, burst=60)  # of one token
EVENTS = Bucket(rate_per_s=100, burst=2_000)  # of one live; its worker has others to serve


class EventIntakeThrottle(BaseThrottle):
    """Allows a token more posts of events than other requests, because chat is frequent."""

    _wait_s = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        token: Any = request.auth
        self._wait_s = _take(f"posts:{token.id}", POSTS)
        return not self._wait_s

    def wait(self) -> float:
        return self._wait_s


def spend_events(session: LiveSession, events: int) -> None:
    """Spend `events` from a live's rate limit; raise `Throttled` beyond it."""
    wait_s = _take(f"events:{session.id}", EVENTS, events)
    if wait_s:
        raise Throttled(wait=ceil(wait_s))


def _take(name: str, limit: Bucket, cost: int = 1) -> float:
    """Spend from a limit; raise `IntakeUnreachable` when the limit cannot be read."""
    try:
        return take({name: limit}, cost)
    except RateLimitUnavailable as error:
        raise IntakeUnreachable from error
