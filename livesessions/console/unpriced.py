"""Finds the paid services of a live whose price is not known."""

from collections.abc import Iterator

from django.conf import settings

from billing.configured import configured_prices
from billing.usage import UsageKind
from livesessions.models.shows import Show
from providers.language_models.openai_server import provider_of
from providers.model_settings import chat_model_names
from speech.services.voice_resolution import resolve_voices
from speech.services.voices import Provider, model_of
from speech.stage.capabilities import capabilities_of

Service = tuple[UsageKind, str, str, str]  # kind, provider, model, name for the user


def unpriced_services(show: Show) -> list[str]:
    """Return the names of the models and voices that count at the highest price of their kind. Blocks."""
    prices = configured_prices()
    unpriced = [
        name
        for kind, provider, model, name in _paid_services(show)
        if prices.price_of(kind, provider, model) is None
    ]
    return list(dict.fromkeys(unpriced))


def _paid_services(show: Show) -> Iterator[Service]:
    provider = provider_of(settings.OPENAI_BASE_URL)
    for model in chat_model_names():
        yield UsageKind.INPUT_TOKENS, provider, model, model
        yield UsageKind.OUTPUT_TOKENS, provider, model, model
    if settings.OPENAI_API_KEY and settings.OPENAI_MODERATION_MODEL and show.policy.asks_model:
        model = settings.OPENAI_MODERATION_MODEL
        yield UsageKind.MODERATION_TOKENS, provider, model, model
    for option in resolve_voices(show.voice).options:
        if option.credential is None and capabilities_of(option.provider).needs_key:
            model, label = model_of(option.provider), str(Provider(option.provider).label)
            yield UsageKind.VOICE_CHARACTERS, option.provider, model, f"{label} {model}".strip()
