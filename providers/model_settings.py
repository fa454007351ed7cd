"""Opens the language models that the settings name."""

from contextlib import AsyncExitStack

from django.conf import settings

from providers.breaker import CircuitBreaker
from providers.http import ClientOptions, open_trusted_client
from providers.language_models.fallback import NamedModel
from providers.language_models.openai_chat import OpenAIChatModel
from providers.language_models.openai_server import OpenAIServer

# Longer than the pauses of a quiet live: a new connection costs a reply two or three round trips.
KEEPALIVE_S = 120.0


def open_openai_server(stack: AsyncExitStack, service: str) -> OpenAIServer | None:
    """Open the configured server; None when no key is configured. `service` names it in errors."""
    if not settings.OPENAI_API_KEY:
        return None
    options = ClientOptions(
        timeout_s=settings.OPENAI_TIMEOUT_S, max_keepalive_connections=100, keepalive_s=KEEPALIVE_S
    )
    http = open_trusted_client(options)
    stack.push_async_callback(http.aclose)
    return OpenAIServer(
        http, base_url=settings.OPENAI_BASE_URL, api_key=settings.OPENAI_API_KEY, service=service
    )


def chat_model_names() -> list[str]:
    """Return the models that write, in the order in which they are asked; none without a key."""
    names = [name.strip() for name in settings.OPENAI_MODEL.split(",") if name.strip()]
    return names if settings.OPENAI_API_KEY else []


def open_chat_models(stack: AsyncExitStack) -> tuple[NamedModel, ...]:
    """Open the models that write, in the order in which they are asked; none without a key.

    All lives of a process share their connections and breakers.
    """
    server = open_openai_server(stack, "The language model")
    if server is None:
        return ()
    return tuple(
        NamedModel(name, OpenAIChatModel(server, name), CircuitBreaker()) for name in chat_model_names()
    )
