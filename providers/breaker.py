"""Circuit breaker: stops calls to an outside service while it fails, and lets one call at a time probe it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a breaker opens, and for how long.

    It opens after `failures` in a row, or at once after a permanent failure. It then pauses for `pause_s`
    seconds, twice as long after each failed probe, and at most `longest_pause_s`.
    """

    failures: int = 3
    pause_s: float = 5.0
    longest_pause_s: float = 120.0


class CircuitBreaker:
    """Guards one service. All lives of a process that use the service share its breaker.

    >>> if breaker.admit():
    ...     with breaker.attempt() as attempt:
    ...         answer = await service.ask()
    ...         attempt.succeeded()
    """

    def __init__(
        self, settings: BreakerSettings | None = None, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings or BreakerSettings()
        self._now_s = now_s
        self._failures = 0
        self._pause_s = 0.0
        self._probe_at_s = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether the service has failed and has not worked since."""
        return self._pause_s > 0

    def admit(self) -> bool:
        """Return whether the service may be called now. While open, one caller at a time may probe it.

        The admitted caller reports the outcome: with `attempt`, or with one of the three methods below.
        """
        if not self.is_open:
            return True
        if self._probing or self._now_s() < self._probe_at_s:
            return False
        self._probing = True
        return True

    def attempt(self) -> "Attempt":
        """Return a context manager around an admitted call; without an outcome it counts as abandoned."""
        return Attempt(self)

    def succeeded(self) -> None:
        """Close the breaker and forget the failures."""
        self._failures, self._pause_s, self._probing = 0, 0.0, False

    def failed(self, *, permanent: bool) -> None:
        """Count a failure, and open the breaker when there were enough. `permanent`: retrying cannot help."""
        self._failures += 1
        if not (self.is_open or permanent or self._failures >= self._settings.failures):
            return
        if self.is_open and not self._probing:
            return  # the call was admitted before the breaker opened: its failure is no news
        self._pause_s = min(self._pause_s * 2 or self._settings.pause_s, self._settings.longest_pause_s)
        self._probe_at_s = self._now_s() + self._pause_s
        self._probing = False

    def abandoned(self) -> None:
        """Note that a caller left before there was an outcome: the next caller may probe."""
        self._probing = False


class Attempt:
    """One admitted call. A call may succeed and then fail, such as an answer that breaks off."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        self._breaker = breaker
        self._is_reported = False

    def succeeded(self) -> None:
        """Report that the service works."""
        self._is_reported = True
        self._breaker.succeeded()

    def failed(self, *, permanent: bool) -> None:
        """Report that the service does not work."""
        self._is_reported = True
        self._breaker.failed(permanent=permanent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._is_reported:
            self._breaker.abandoned()
