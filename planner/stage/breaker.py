"""Keeps a model that fails from being asked: outcomes go in, whether to ask again comes out."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """A breaker opens after `failures` in a row, or at once when trying again cannot help.

    Then it rests for `pause_s`, twice as long after each probe that failed, and at most `longest_pause_s`.
    """

    failures: int = 3
    pause_s: float = 5.0
    longest_pause_s: float = 120.0


class Breaker:
    """One model's circuit breaker, shared by all lives that use the model."""

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
        return self._pause_s > 0

    def admit(self) -> bool:
        """Return whether the model may be asked now. While open, one caller at a time may probe it.

        Whoever is admitted reports `succeeded`, `failed` or `left`.
        """
        if not self.is_open:
            return True
        if self._probing or self._now_s() < self._probe_at_s:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """The model works: close, and forget the failures."""
        self._failures, self._pause_s, self._probing = 0, 0.0, False

    def failed(self, *, permanent: bool) -> None:
        """The model does not work: count it, and open when it is time."""
        self._failures += 1
        if not (self.is_open or permanent or self._failures >= self._settings.failures):
            return
        if self.is_open and not self._probing:
            return  # asked before it opened: no news
        self._pause_s = min(self._pause_s * 2 or self._settings.pause_s, self._settings.longest_pause_s)
        self._probe_at_s = self._now_s() + self._pause_s
        self._probing = False

    def left(self) -> None:
        """Whoever asked has gone away before it could be told: the next one may probe."""
        self._probing = False
