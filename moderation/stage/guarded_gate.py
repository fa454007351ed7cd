"""A moderation model behind a circuit breaker."""

import logging

from moderation.errors import ModerationError
from moderation.stage.model_gate import Flags, ModelGate
from providers.breaker import CircuitBreaker

logger = logging.getLogger(__name__)

NOTHING = Flags()


class GuardedModelGate:
    """A `ModelGate` behind a circuit breaker, shared by all lives of a worker."""

    def __init__(self, gate: ModelGate, breaker: CircuitBreaker) -> None:
        self._gate = gate
        self._breaker = breaker

    async def review(self, text: str) -> Flags:
        """Judge one text; nothing is flagged while the model fails. Never raises."""
        if not self._breaker.admit():
            return NOTHING
        with self._breaker.attempt() as attempt:
            try:
                flags = await self._gate.review(text)
            except ModerationError as error:
                attempt.failed(permanent=error.permanent)
                logger.warning(
                    "moderation model failed: permanent=%s opened=%s", error.permanent, self._breaker.is_open
                )
                return NOTHING
            attempt.succeeded()
        return flags
