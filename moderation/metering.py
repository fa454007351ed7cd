"""Reports the usage of moderation models."""

from billing.usage import SpendCap, UsageKind, UsageRecord
from moderation.providers.openai_moderation import MAX_CHARACTERS
from moderation.stage.model_gate import Flags, ModelGate
from providers.language_models.estimates import estimate_tokens


class MeteredModelGate:
    """A `ModelGate` that reports its usage in tokens, estimated because the service reports none.

    When the spend cap is reached it asks nothing and flags nothing: the rules alone decide.
    """

    def __init__(self, gate: ModelGate, cap: SpendCap, *, provider: str, model: str) -> None:
        self._gate = gate
        self._cap = cap
        self._provider = provider
        self._model = model

    async def review(self, text: str) -> Flags:
        """Judge one text; raise `ModerationError` if there is no answer."""
        if self._cap.is_reached:
            return Flags()
        flags = await self._gate.review(text)
        tokens = estimate_tokens(min(len(text), MAX_CHARACTERS))
        kind = UsageKind.MODERATION_TOKENS
        self._cap.record(UsageRecord(kind, tokens, self._provider, self._model, self._cap.subject))
        await self._cap.allows()  # writes it down, also where nothing else is asked
        return flags
