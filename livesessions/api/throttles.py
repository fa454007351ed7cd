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
    """Lets a token post events more often than it may do anything else: chat does not wait."""

    _wait_s = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        token: Any = request.auth
        self._wait_s = _take(f"posts:{token.id}", POSTS)
        return not self._wait_s

    def wait(self) -> float:
        return self._wait_s


def spend_events(session: LiveSession, events: int) -> None:
    """Take `events` from what a live may get; raise `Throttled` for more than that."""
    wait_s = _take(f"events:{session.id}", EVENTS, events)
    if wait_s:
        raise Throttled(wait=ceil(wait_s))


def _take(name: str, limit: Bucket, cost: int = 1) -> float:
    """Take from a limit; an intake that cannot count takes nothing."""
    try:
        return take({name: limit}, cost)
    except RateLimitUnavailable as error:
        raise IntakeUnreachable from error
