"""Errors of language models."""

from providers.language_models.ports import Usage
from tenants.errors import TechnicalError


class LanguageModelError(TechnicalError):
    """Raised when a model gives no usable answer. `permanent`: the same request will fail again.

    `usage` is what was used before the failure, where no stream tells it. The message never quotes the
    server: its words may repeat the prompt, and nothing of it may be spoken.
    """

    code = "language_model_failed"

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message, permanent=permanent)
        self.usage: tuple[Usage, ...] = ()


class UnusableAnswer(LanguageModelError):
    """Raised when a working model wrote nothing usable. A viewer can provoke it, so no breaker counts it."""
